//! The command line.
fn main() {
    let a: Vec<String> = std::env::args().collect();
    cleanclaim::embed_tmp(std::path::Path::new(&a[1])).unwrap();
}
