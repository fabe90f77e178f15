//! How long a link is good for, in words.

use crate::domain::language::Language;

/// `72` hours as `3 days`, `30` as `30 hours`: whole days from two days on, hours otherwise.
pub(super) fn in_words(hours: i64, language: Language) -> String {
    let (count, days) =
        if hours >= 48 && hours % 24 == 0 { (hours / 24, true) } else { (hours, false) };
    let unit = match (language, days) {
        (Language::English, true) => english(count, " day", " days"),
        (Language::English, false) => english(count, " hour", " hours"),
        (Language::Russian, true) => russian(count, [" день", " дня", " дней"]),
        (Language::Russian, false) => russian(count, [" час", " часа", " часов"]),
        (Language::Korean, true) => "일",
        (Language::Korean, false) => "시간",
    };
    format!("{count}{unit}")
}

fn english(count: i64, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

/// The three plural forms: 1, 21, 31 … · 2-4, 22-24 … · everything else, 11-14 among it.
fn russian(count: i64, [one, few, many]: [&'static str; 3]) -> &'static str {
    match (count % 100, count % 10) {
        (11..=14, _) => many,
        (_, 1) => one,
        (_, 2..=4) => few,
        _ => many,
    }
}

#[cfg(test)]
mod tests {
    use super::in_words;
    use crate::domain::language::Language::{English, Korean, Russian};

    #[test]
    fn numbers_agree_with_their_nouns() {
        for (hours, english, russian, korean) in [
            (1, "1 hour", "1 час", "1시간"),
            (2, "2 hours", "2 часа", "2시간"),
            (11, "11 hours", "11 часов", "11시간"),
            (21, "21 hours", "21 час", "21시간"),
            (24, "24 hours", "24 часа", "24시간"),
            (48, "2 days", "2 дня", "2일"),
            (50, "50 hours", "50 часов", "50시간"),
            (72, "3 days", "3 дня", "3일"),
            (168, "7 days", "7 дней", "7일"),
            (504, "21 days", "21 день", "21일"),
        ] {
            assert_eq!(in_words(hours, English), english);
            assert_eq!(in_words(hours, Russian), russian);
            assert_eq!(in_words(hours, Korean), korean);
        }
    }
}
