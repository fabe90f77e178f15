//! How long a link is good for, in words.

use crate::domain::language::Language;

/// A time in words: whole days from two days on, else whole hours, else minutes.
pub(super) fn in_words(minutes: i64, language: Language) -> String {
    let hours = minutes / 60;
    let (count, unit) = if minutes % 60 != 0 {
        (minutes, Unit::Minute)
    } else if hours >= 48 && hours % 24 == 0 {
        (hours / 24, Unit::Day)
    } else {
        (hours, Unit::Hour)
    };
    let unit = match (language, unit) {
        (Language::English, Unit::Day) => english(count, " day", " days"),
        (Language::English, Unit::Hour) => english(count, " hour", " hours"),
        (Language::English, Unit::Minute) => english(count, " minute", " minutes"),
        (Language::Russian, Unit::Day) => russian(count, [" день", " дня", " дней"]),
        (Language::Russian, Unit::Hour) => russian(count, [" час", " часа", " часов"]),
        (Language::Russian, Unit::Minute) => russian(count, [" минуту", " минуты", " минут"]),
        (Language::Korean, Unit::Day) => "일",
        (Language::Korean, Unit::Hour) => "시간",
        (Language::Korean, Unit::Minute) => "분",
    };
    format!("{count}{unit}")
}

#[derive(Clone, Copy)]
enum Unit {
    Day,
    Hour,
    Minute,
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
            assert_eq!(in_words(hours * 60, English), english);
            assert_eq!(in_words(hours * 60, Russian), russian);
            assert_eq!(in_words(hours * 60, Korean), korean);
        }
        assert_eq!(in_words(30, English), "30 minutes");
        assert_eq!(in_words(21, Russian), "21 минуту");
        assert_eq!(in_words(90, Korean), "90분");
    }
}
