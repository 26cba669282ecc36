//! `docs/config.md`.

use super::FILE_NAME;
use super::keys::{KEYS, Key, PROFILE_KEYS, RULE_KEYS, WHEN_KEYS};

/// The reference page of all keys.
///
/// ```
/// assert!(cleanclaim::config::config_page().contains("### `fail-on`"));
/// ```
pub fn config_page() -> String {
    let mut out = format!(
        "# `{FILE_NAME}`\n\n\
         The office's choices in one file, found upward from the working folder, or named by `--config FILE`; `--no-config` reads none. \
         Relative paths are of the file's folder. An option on the command line goes over the file. \
         `cleanclaim config check` says all that is wrong with a file, `cleanclaim config show --effective` what holds and from where. \
         Generated; `UPDATE=1 cargo test --test config` writes it anew.\n\n## Keys\n"
    );
    RULE_KEYS.iter().for_each(|key| section(&mut out, key));
    KEYS.iter().for_each(|key| section(&mut out, key));
    out.push_str(
        "\n## In a `[[profile]]`\n\nAlso `select`, `ignore` and `severity`, over those of the file.\n",
    );
    PROFILE_KEYS.iter().for_each(|key| section(&mut out, key));
    out.push_str("\n## In a profile's `when`\n");
    WHEN_KEYS.iter().for_each(|key| section(&mut out, key));
    out
}

fn section<T>(out: &mut String, key: &Key<T>) {
    let Key { name, takes, default, flag, about, example, .. } = key;
    let flag = if flag.is_empty() { String::new() } else { format!(" Option: `{flag}`.") };
    out.push_str(&format!(
        "\n### `{name}`\n\n{about}\n\nTakes: {takes}. Default: {default}.{flag}\n\n```toml\n{example}\n```\n"
    ));
}
