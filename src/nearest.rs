//! The word that was meant: by the fewest edits.

/// The name that is nearest to what was typed, if it is near.
pub(crate) fn nearest<'n>(typed: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let typed = typed.to_ascii_lowercase();
    let (far, name) = names.into_iter().map(|n| (distance(&typed, &n.to_ascii_lowercase()), n)).min()?;
    (far <= (typed.len() / 3).max(1)).then_some(name)
}

/// Edits from one word to the other: insert, delete, replace, swap neighbours.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    // What is far longer than any name is not near to one: no table of input's size is built.
    if a.len() > 64 {
        return usize::MAX;
    }
    let width = b.len() + 1;
    let mut table: Vec<usize> = vec![0; (a.len() + 1) * width];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            table[i * width + j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = table[(i - 1) * width + j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let mut best = replaced.min(table[(i - 1) * width + j] + 1).min(table[i * width + j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(table[(i - 2) * width + j - 2] + 1);
                }
                best
            };
        }
    }
    table[a.len() * width + b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_edits() {
        for (a, b, n) in [("", "", 0), ("abc", "abc", 0), ("abc", "acb", 1), ("abc", "bc", 1), ("", "ab", 2)]
        {
            assert_eq!(distance(a, b), n, "{a} {b}");
        }
    }
}
