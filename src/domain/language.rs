//! The languages Cambio speaks to people in.

/// A language for letters and pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// English, the fallback.
    #[default]
    English,
    /// Russian.
    Russian,
    /// Korean.
    Korean,
}

impl Language {
    /// Every language, in the order they are listed to people.
    pub const ALL: [Self; 3] = [Self::English, Self::Russian, Self::Korean];

    /// The primary subtag of RFC 5646: `en`, `ru`, `ko`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Russian => "ru",
            Self::Korean => "ko",
        }
    }

    /// What it is called by those who speak it.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Russian => "Русский",
            Self::Korean => "한국어",
        }
    }

    /// The language of a tag such as `ru` or `ko-KR`; `None` when it is not one of ours.
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?.trim();
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }

    /// The best of ours for an `Accept-Language` header (RFC 9110 §12.5.4); `None` when none fits.
    pub fn accepted(header: &str) -> Option<Self> {
        let mut best: Option<(Self, u16)> = None;
        for range in header.split(',').take(32) {
            let mut parts = range.split(';');
            let Some(language) = parts.next().and_then(Self::parse) else { continue };
            let weight = parts.find_map(quality).unwrap_or(1000);
            if weight > 0 && best.is_none_or(|(_, top)| weight > top) {
                best = Some((language, weight));
            }
        }
        best.map(|(language, _)| language)
    }
}

/// The weight of a `q=0.8` parameter in thousandths.
fn quality(parameter: &str) -> Option<u16> {
    let value: f32 = parameter.trim().strip_prefix("q=")?.parse().ok()?;
    (0.0..=1.0).contains(&value).then_some(())?;
    format!("{:.0}", value * 1000.0).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn the_heaviest_of_our_languages_wins() {
        assert_eq!(Language::accepted("fr, ru;q=0.5, ko-KR;q=0.9"), Some(Language::Korean));
        assert_eq!(Language::accepted("ru-RU,ru;q=0.9,en;q=0.8"), Some(Language::Russian));
        assert_eq!(Language::accepted("de, fr;q=0.2"), None);
        assert_eq!(Language::accepted("en;q=0, ko;q=0.001"), Some(Language::Korean));
    }
}
