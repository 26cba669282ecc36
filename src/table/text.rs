//! Titles and notes: 100,000 short texts out of few words, each word stored once.

use std::collections::{BTreeMap, HashMap};

use super::format::{Pack, PackWriter, Section, u32_at};
use crate::error::PackError;

/// Number of a text in a [`TextStore`].
pub(crate) type TextId = u32;

/// Texts as sequences of word numbers (one to three bytes each); a text is put together when it is asked for.
pub(crate) struct TextStore {
    words: Section,
    word_ends: Section,
    texts: Section,
    text_ends: Section,
}

impl TextStore {
    pub(crate) fn open(pack: &Pack) -> Result<TextStore, PackError> {
        Ok(TextStore {
            words: pack.section("words", 1)?,
            word_ends: pack.section("word_ends", 4)?,
            texts: pack.section("texts", 1)?,
            text_ends: pack.section("text_ends", 4)?,
        })
    }

    /// The text; empty if there is none of that number.
    pub(crate) fn get(&self, pack: &Pack, id: TextId) -> String {
        let mut out = String::with_capacity(80);
        self.add(pack, id, &mut out);
        out
    }

    /// Writes the text behind another.
    pub(crate) fn add(&self, pack: &Pack, id: TextId, out: &mut String) {
        let (words, ends) = (pack.bytes(self.words), pack.bytes(self.word_ends));
        // Whether it is text at all is asked once, not word by word: that is many times as fast.
        let mut bytes = std::mem::take(out).into_bytes();
        let start = bytes.len();
        self.each_word(pack, id, |number| {
            if bytes.len() > start {
                bytes.push(b' ');
            }
            bytes.extend_from_slice(slice(words, ends, number as usize));
        });
        *out =
            String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned());
    }

    /// Hands on the numbers of the words of a text, in order.
    #[inline]
    pub(crate) fn each_word(&self, pack: &Pack, id: TextId, mut take: impl FnMut(u32)) {
        let coded = slice(pack.bytes(self.texts), pack.bytes(self.text_ends), id as usize);
        let mut at = 0;
        while let Some(number) = read_varint(coded, &mut at) {
            take(number);
        }
    }
}

fn slice<'a>(bytes: &'a [u8], ends: &[u8], at: usize) -> &'a [u8] {
    if at * 4 >= ends.len() {
        return &[];
    }
    let start = if at == 0 { 0 } else { u32_at(ends, at * 4 - 4) as usize };
    bytes.get(start..u32_at(ends, at * 4) as usize).unwrap_or_default()
}

/// Reads a number of at most 28 bits, low bits first; `None` at the end.
#[inline]
pub(super) fn read_varint(bytes: &[u8], at: &mut usize) -> Option<u32> {
    let mut number = 0;
    for shift in [0, 7, 14, 21] {
        let b = *bytes.get(*at)?;
        *at += 1;
        number |= u32::from(b & 127) << shift;
        if b < 128 {
            break;
        }
    }
    Some(number)
}

/// Collects texts and numbers them.
#[derive(Default)]
pub(crate) struct TextBuilder {
    ids: HashMap<String, TextId>,
    texts: Vec<String>,
}

impl TextBuilder {
    /// Number of the text, the same for the same text. Runs of blanks become one blank.
    pub(crate) fn add(&mut self, text: &str) -> TextId {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(&id) = self.ids.get(&text) {
            return id;
        }
        let id = self.texts.len() as TextId;
        self.ids.insert(text.clone(), id);
        self.texts.push(text);
        id
    }

    /// Writes the sections. Frequent words get small numbers.
    pub(crate) fn finish(self, writer: &mut PackWriter) -> NumberedTexts {
        let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
        for word in self.texts.iter().flat_map(|t| t.split(' ')) {
            *counts.entry(word).or_default() += 1;
        }
        let mut words: Vec<(&str, u32)> = counts.into_iter().collect();
        words.sort_by_key(|&(word, count)| (std::cmp::Reverse(count), word));
        let numbers: HashMap<&str, u32> = words.iter().zip(0..).map(|(&(w, _), n)| (w, n)).collect();

        let (mut bytes, mut ends) = (Vec::new(), Vec::new());
        for (word, _) in &words {
            bytes.extend_from_slice(word.as_bytes());
            ends.push(bytes.len() as u32);
        }
        writer.section("words", bytes);
        writer.u32s("word_ends", ends);

        let coded: Vec<Vec<u32>> = (self.texts.iter())
            .map(|text| text.split(' ').filter(|w| !w.is_empty()).map(|word| numbers[word]).collect())
            .collect();
        let (mut bytes, mut ends) = (Vec::new(), Vec::new());
        for text in &coded {
            text.iter().for_each(|&number| write_varint(&mut bytes, number));
            ends.push(bytes.len() as u32);
        }
        writer.section("texts", bytes);
        writer.u32s("text_ends", ends);
        NumberedTexts { words: words.into_iter().map(|(word, _)| word.to_owned()).collect(), texts: coded }
    }
}

/// Texts as they were written: for what is built upon them.
pub(crate) struct NumberedTexts {
    words: Vec<String>,
    texts: Vec<Vec<u32>>,
}

impl NumberedTexts {
    pub(super) fn word_count(&self) -> usize {
        self.words.len()
    }

    pub(super) fn word(&self, number: u32) -> &str {
        &self.words[number as usize]
    }

    /// The numbers of the words of a text.
    pub(super) fn words_of(&self, text: TextId) -> impl Iterator<Item = u32> + '_ {
        self.texts[text as usize].iter().copied()
    }
}

/// As [`read_varint`] reads it.
pub(super) fn write_varint(out: &mut Vec<u8>, mut number: u32) {
    while number >= 128 {
        out.push(number as u8 | 128);
        number >>= 7;
    }
    out.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Date;
    use crate::table::format::Description;
    use std::borrow::Cow;

    #[test]
    fn texts_come_back_as_they_went_in() {
        let texts = ["", "one", "one two", "Diabète, type 2", "a  b\n c"];
        let mut builder = TextBuilder::default();
        let many: Vec<String> = (0..20_000).map(|i| format!("word{i} word{}", i / 3)).collect();
        let ids: Vec<_> = texts.iter().map(|t| builder.add(t)).collect();
        let more: Vec<_> = many.iter().map(|t| builder.add(t)).collect();
        assert_eq!(builder.add("one"), ids[1]);
        let mut writer = PackWriter::default();
        builder.finish(&mut writer);
        let description = Description {
            kind: "t".into(),
            edition: String::new(),
            from: Date::ICD10_START,
            to: Date::MAX,
            built_on: vec![],
            base: None,
            sources: vec![],
            counts: vec![],
        };
        let pack = Pack::open(Cow::Owned(writer.finish(&description))).unwrap();
        let store = TextStore::open(&pack).unwrap();
        assert_eq!(
            ids.iter().map(|&i| store.get(&pack, i)).collect::<Vec<_>>(),
            ["", "one", "one two", "Diabète, type 2", "a b c"]
        );
        for (id, text) in more.iter().zip(&many) {
            assert_eq!(&store.get(&pack, *id), text);
        }
        assert_eq!(store.get(&pack, u32::MAX), "");
    }
}
