//! The words of a note line: tokens, lists of codes, and restrictions such as `with fifth character 1`.

use super::code_ref::{CodeRef, Only};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lexeme<'a> {
    /// `S52.0`, without a wildcard dash.
    Code(&'a str),
    /// Begins like a code, but is none: `E114`, `S52.12345`.
    Odd,
    /// `.42`, which stands for characters of a code.
    Suffix(&'a str),
    Word(&'a str),
    Dash,
    Separator,
    Open,
    Close,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'a> {
    pub(crate) lexeme: Lexeme<'a>,
    /// Whether it follows the token before it without a space.
    glued: bool,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Token<'_> {
    pub(crate) fn is_word(&self, word: &str) -> bool {
        self.word().is_some_and(|text| text.eq_ignore_ascii_case(word))
    }

    pub(crate) fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is_word(word))
    }

    pub(crate) fn is_code(&self) -> bool {
        matches!(self.lexeme, Lexeme::Code(_))
    }

    pub(crate) fn is_mark(&self) -> bool {
        matches!(self.lexeme, Lexeme::Dash | Lexeme::Separator)
    }

    fn word(&self) -> Option<&str> {
        match self.lexeme {
            Lexeme::Word(text) => Some(text),
            _ => None,
        }
    }
}

pub(crate) fn tokens(note: &str) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let mut at = 0;
    while let Some(first) = note[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let after_vitamin = tokens.last().is_some_and(|token| token.is_word("vitamin"));
        let (lexeme, length) = match first {
            '(' => (Lexeme::Open, 1),
            ')' => (Lexeme::Close, 1),
            '-' => (Lexeme::Dash, 1),
            '–' => (Lexeme::Dash, first.len_utf8()),
            ',' | ';' | '/' => (Lexeme::Separator, 1),
            '.' => match alphanumeric(&note[at + 1..]) {
                "" => (Lexeme::Separator, 1),
                text => (Lexeme::Suffix(text), 1 + text.len()),
            },
            _ if first.is_alphanumeric() => match code(&note[at..]) {
                // B12 is a vitamin before it is a typhus fever.
                Some((Lexeme::Code(text), _)) if after_vitamin && text.len() == 3 => (Lexeme::Word(text), 3),
                Some(code) => code,
                None => word(&note[at..]),
            },
            // One character at a time, so that a quote or bracket cannot hide a code behind it.
            _ => (Lexeme::Word(&note[at..at + first.len_utf8()]), first.len_utf8()),
        };
        let glued = tokens.last().is_some_and(|token| token.end == at);
        tokens.push(Token { lexeme, glued, start: at, end: at + length });
        at += length;
    }
    tokens
}

/// The longest run of ASCII letters and digits at the start.
fn alphanumeric(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    &text[..end]
}

fn word(text: &str) -> (Lexeme<'_>, usize) {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '\'' || c == '/')).unwrap_or(text.len());
    (Lexeme::Word(&text[..end]), end)
}

/// Reads a code, or what looks like one, and the dot of `E08.-`; the length is that of all of it.
fn code(text: &str) -> Option<(Lexeme<'_>, usize)> {
    let upper = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    let run = alphanumeric(text);
    let [letter, second, third, ..] = *run.as_bytes() else { return None };
    let category = letter.is_ascii_uppercase()
        && (second.is_ascii_digit() && (third.is_ascii_digit() || third.is_ascii_uppercase())
            || second == b'A' && third.is_ascii_digit());
    if !category || !upper(run) {
        return None;
    }
    if run.len() > 3 {
        // H1N1 and the like are words; E114 is a code without its dot.
        return third.is_ascii_digit().then_some((Lexeme::Odd, run.len()));
    }
    let details = text[3..].strip_prefix('.').map_or("", alphanumeric);
    let mut length = 3;
    if !details.is_empty() {
        length += 1 + details.len();
        if !upper(details) || details.len() > 4 {
            return Some((Lexeme::Odd, length));
        }
    }
    let dot = text[length..].starts_with(".-") || text[length..].starts_with(".–");
    Some((Lexeme::Code(&text[..length]), length + usize::from(dot)))
}

/// A list of codes found in a run of tokens.
pub(crate) struct List {
    /// `None` if its punctuation allows two readings.
    pub(crate) refs: Option<Vec<CodeRef>>,
    /// Whether it is one category without dot, dash or range, which prose can hold by accident.
    pub(crate) bare: bool,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// All lists in a run of tokens.
pub(crate) fn lists(tokens: &[Token<'_>]) -> Vec<List> {
    let mut lists = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at].is_code() {
            let list = list(tokens, at);
            at = list.end;
            lists.push(list);
        } else {
            at += 1;
        }
    }
    lists
}

/// Reads the list that begins at a code.
pub(crate) fn list(tokens: &[Token<'_>], start: usize) -> List {
    let text = |at: usize| match tokens.get(at).map(|token| token.lexeme) {
        Some(Lexeme::Code(text)) => Some(text),
        _ => None,
    };
    let (mut refs, mut clear) = (Vec::new(), true);
    let mut at = start;
    while let Some(first) = text(at) {
        let dashes = count(&tokens[at + 1..], |token| token.lexeme == Lexeme::Dash);
        let after = at + 1 + dashes;
        let to = tokens.get(after).is_some_and(|token| token.is_any(&["to", "through"]));
        let second = if to || dashes > 0 { text(after + usize::from(to)) } else { None };
        if let Some(last) = second {
            // `I69.81- I69.91-` may be a range or a list that lost its comma.
            clear &= to || dashes > 1 || !tokens[at + 1].glued || tokens[after].glued;
            let (first, last) = (dotless(first), dotless(last));
            clear &= first < last;
            refs.push(CodeRef::range(&first, &last));
            at = after + usize::from(to) + 1;
            at += count(&tokens[at..], |token| token.lexeme == Lexeme::Dash);
        } else {
            refs.push(CodeRef::prefix(&dotless(first)));
            at = after;
        }
        let gap = count(&tokens[at..], |token| {
            token.lexeme == Lexeme::Separator || token.is_any(&["and", "or", "and/or"])
        });
        match tokens.get(at + gap).map(|token| token.lexeme) {
            Some(Lexeme::Code(_)) => clear &= gap > 0,
            Some(Lexeme::Odd) => clear = false,
            _ => break,
        }
        at += gap;
    }
    let bare = at == start + 1 && text(start).is_some_and(|code| code.len() == 3);
    List { refs: clear.then_some(refs), bare, start, end: at }
}

fn dotless(code: &str) -> String {
    code.replace('.', "")
}

fn count<'a>(tokens: &[Token<'a>], is: impl Fn(&Token<'a>) -> bool) -> usize {
    tokens.iter().take_while(|token| is(token)).count()
}

/// What the note says about the characters of the codes before it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Restriction {
    /// Right after the part that is written out: `E08-E13 with .42`.
    After(Values),
    /// From a position on.
    At(usize, Values),
    /// The fifth or sixth character.
    Intent(Values),
    /// At the end.
    Ends(String),
    /// `with ketoacidosis`, which the note says in words and the diabetes categories in a character.
    Ketoacidosis,
    /// `with fifth or sixth character to indicate intent`: any.
    Any,
}

type Values = Vec<(String, String)>;

/// The 7th characters of an initial or later encounter for an open fracture, as the fracture
/// categories define them.
const OPEN_FRACTURE: &str = "BCEFHJMNQR";

/// Reads `with ...` after a list, and says where it ends.
///
/// `Some((None, at))` if there is none, `None` if there is one that is not understood.
pub(crate) fn restriction(tokens: &[Token<'_>], at: usize) -> Option<(Option<Restriction>, usize)> {
    let with = at + count(&tokens[at..], |token| token.lexeme == Lexeme::Separator);
    if !tokens.get(with).is_some_and(|token| token.is_word("with")) {
        return Some((None, at));
    }
    let rest = &tokens[with + 1..];
    let from = with + 1;
    let skip = |at: usize, words: &[&str]| rest.get(at).is_some_and(|token| token.is_any(words));
    let characters = |at: usize| {
        let dash = usize::from(rest.get(at).is_some_and(|token| token.lexeme == Lexeme::Dash));
        skip(at + dash, &["character", "characters"]).then_some(at + dash + 1)
    };

    if skip(0, &["ketoacidosis"]) {
        return Some((Some(Restriction::Ketoacidosis), from + 1));
    }
    if skip(0, &["open"]) && skip(1, &["fracture"]) && ordinal(rest.get(2)?) == Some(7) {
        let values = OPEN_FRACTURE.chars().map(|c| (c.to_string(), c.to_string())).collect();
        return Some((Some(Restriction::At(7, values)), from + characters(3)?));
    }
    if skip(0, &["final"]) {
        let at = characters(1)?;
        let dotted = matches!(rest.get(at)?.lexeme, Lexeme::Suffix(_));
        let dash = usize::from(rest[at].lexeme == Lexeme::Dash);
        let (values, end) = values(rest, at + dash)?;
        return match <[_; 1]>::try_from(values) {
            Err(values) if dotted => Some((Some(Restriction::After(values)), from + end)),
            Ok(values) if dotted => Some((Some(Restriction::After(values.into())), from + end)),
            Ok([(low, high)]) if low == high => Some((Some(Restriction::Ends(low)), from + end)),
            _ => None,
        };
    }
    if let Some(position) = rest.first().and_then(ordinal) {
        let second = if skip(1, &["or", "to"]) { Some(ordinal(rest.get(2)?)?) } else { None };
        let at = characters(if second.is_some() { 3 } else { 1 })?;
        if (position, second) == (5, Some(6))
            && skip(at, &["to"])
            && skip(at + 1, &["indicate"])
            && skip(at + 2, &["intent"])
        {
            return Some((Some(Restriction::Any), from + at + 3));
        }
        let (values, end) = values(rest, at)?;
        let width = values.iter().map(|(low, _)| low.len()).max();
        let restriction = match second {
            None if width == Some(1) => Restriction::At(position, values),
            Some(6) if position == 5 && skip(1, &["or"]) && width == Some(1) => Restriction::Intent(values),
            Some(last) if skip(1, &["to"]) && width == (last + 1).checked_sub(position) => {
                Restriction::At(position, values)
            }
            _ => return None,
        };
        return Some((Some(restriction), from + end));
    }
    let (values, end) = values(rest, 0)?;
    Some((Some(Restriction::After(values)), from + end))
}

fn ordinal(token: &Token<'_>) -> Option<usize> {
    const NAMES: [&[&str]; 4] =
        [&["fourth", "4th"], &["fifth", "5th"], &["sixth", "6th", "six"], &["seventh", "7th"]];
    NAMES.iter().position(|names| token.is_any(names)).map(|index| index + 4)
}

/// Reads `.42`, `1-4 or 6`, `.17, .27, .97`, `B or C`.
fn values(tokens: &[Token<'_>], start: usize) -> Option<(Values, usize)> {
    let value = |at: usize| match tokens.get(at).map(|token| token.lexeme) {
        Some(Lexeme::Suffix(text) | Lexeme::Word(text))
            if text.len() <= 4
                && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()) =>
        {
            Some(text.to_owned())
        }
        _ => None,
    };
    let dash = |at: usize| tokens.get(at).is_some_and(|token| token.lexeme == Lexeme::Dash);
    let mut values = Values::new();
    let mut at = start;
    loop {
        let low = value(at)?;
        at += 1;
        let mut high = low.clone();
        if dash(at) {
            if let Some(end) = value(at + 1) {
                high = end;
                at += 1;
            }
            at += 1;
        }
        if low.len() != high.len() || low > high {
            return None;
        }
        values.push((low, high));
        let gap =
            count(&tokens[at..], |token| token.lexeme == Lexeme::Separator || token.is_any(&["and", "or"]));
        if gap == 0 || value(at + gap).is_none() {
            return Some((values, at));
        }
        at += gap;
    }
}

impl Restriction {
    /// The same references with the restriction, if it makes sense for them.
    pub(crate) fn apply(&self, refs: Vec<CodeRef>) -> Option<Vec<CodeRef>> {
        refs.into_iter().map(|one| self.only(&one).map(|only| CodeRef { only, ..one })).collect()
    }

    fn only(&self, one: &CodeRef) -> Option<Option<Only>> {
        let written = (one.first.len() == one.last.len()).then_some(one.first.len());
        Some(Some(match self {
            Self::After(values) => Only::At { position: written? + 1, values: values.clone() },
            Self::At(position, values) => Only::At { position: *position, values: values.clone() },
            Self::Intent(values) => Only::Intent { values: values.clone() },
            Self::Ends(text) => Only::Ends { written: written?, text: text.clone() },
            // E08.1, E09.1, E10.1, E11.1 and E13.1 are all "with ketoacidosis", and nothing else is.
            Self::Ketoacidosis
                if written == Some(3) && one.first.as_str() >= "E08" && one.last.as_str() <= "E13" =>
            {
                Only::At { position: 4, values: vec![("1".to_owned(), "1".to_owned())] }
            }
            Self::Ketoacidosis => return None,
            Self::Any => return Some(None),
        }))
    }
}
