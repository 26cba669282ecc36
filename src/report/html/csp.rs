//! What the page may do: run its own script and use its own style, known by their sha256, and nothing else. No request leaves it.

/// sha256 of `page.css`; `UPDATE=1 cargo test --test report` writes it anew.
const STYLE_SHA256: &str = "vg0t91jGugJD4CA38/U3ja7RcA3j3Bl5onhCRyJyhIY=";
/// sha256 of `page.js`, likewise.
const SCRIPT_SHA256: &str = "QhpypsO5Ol1/nr7WmAbx987H5bmwWjDrRyDLsvYe3vk=";

/// The content security policy.
pub(super) fn policy() -> String {
    format!(
        "default-src 'none'; script-src 'sha256-{SCRIPT_SHA256}'; style-src 'sha256-{STYLE_SHA256}'; \
         base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )
}
