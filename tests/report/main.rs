//! One fixed list of findings through every format: each is read back and compared, and each conforms to its schema.

mod diff;
mod fixture;
mod formats;
mod html;
mod lookup;
mod same;
mod schema;
mod text;
