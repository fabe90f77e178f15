//! From a kind, a language and a few facts to a letter that can be read.

use std::collections::BTreeMap;

use minijinja::{Environment, UndefinedBehavior, Value};

use super::{
    greeting,
    html::{escape, write_value},
    lifetime, templates,
};
use crate::{
    config::mail::Mail,
    domain::{
        language::Language,
        letter::{LetterFields, LetterKind},
    },
    error::Fault,
};

/// A letter in words: what the person sees.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The subject, one line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

impl std::fmt::Debug for Rendered {
    /// Never the words: they hold a link that opens an account.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rendered(…)")
    }
}

/// Every letter in every language, proven to render.
#[derive(Debug)]
pub struct Letters {
    templates: Environment<'static>,
}

impl Letters {
    /// Loads the built-in letters and the operator's own, and renders each of them once: a broken one is a fault
    /// at start and not when somebody waits for it.
    pub fn build(config: &Mail) -> Result<Self, Fault> {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        let syntax = templates.syntax().to_builder().trim_blocks(true).build();
        templates.set_syntax(syntax.map_err(|e| broken("syntax", &e))?);
        templates.set_formatter(write_value);
        for (name, text) in templates::load(config.templates_dir.as_deref())? {
            templates.add_template_owned(name, text).map_err(|e| broken(name, &e))?;
        }
        let letters = Self { templates };
        letters.try_all(&config.site_name)?;
        Ok(letters)
    }

    /// Writes a letter. A fault when it should carry a link and was given none.
    pub fn render(
        &self,
        kind: LetterKind,
        language: Language,
        fields: &LetterFields,
    ) -> Result<Rendered, Fault> {
        let stem = format!("{}.{}", kind.stem(), language.tag());
        let mut words = words(kind, language, fields)?;
        let (subject, text) = split(&stem, &self.fill(&format!("{stem}.txt"), &words)?)?;
        words.insert("subject", subject.clone());
        let html = self.fill(&format!("{stem}.html"), &words)?;
        Ok(Rendered { subject, text, html })
    }

    fn fill(&self, name: &str, words: &BTreeMap<&str, String>) -> Result<String, Fault> {
        let template = self.templates.get_template(name).map_err(|e| broken(name, &e))?;
        let words = words.iter().map(|(key, word)| (*key, word.as_str()));
        template.render(Value::from_pairs(words)).map_err(|e| broken(name, &e))
    }

    fn try_all(&self, site: &str) -> Result<(), Fault> {
        let link = "https://example.com/a/b?c=d&e=f";
        for (kind, language) in every_letter() {
            for name in ["", "Ada <b>&amp;"] {
                let fields = LetterFields {
                    site: site.to_owned(),
                    site_url: "https://example.com".to_owned(),
                    name: name.to_owned(),
                    email: "ada@example.com".to_owned(),
                    link: kind.link().map(|_| link.to_owned()),
                    link_minutes: 72 * 60,
                };
                let letter = self.render(kind, language, &fields)?;
                let whole = kind.link().is_none()
                    || letter.text.lines().any(|line| line == link)
                        && letter.html.contains(&escape(link));
                if !whole {
                    let stem = format!("{}.{}", kind.stem(), language.tag());
                    return Err(Fault::internal(format!(
                        "the letter {stem} must show {{{{ link }}}}, in the text alone on its line"
                    )));
                }
            }
        }
        Ok(())
    }
}

fn every_letter() -> impl Iterator<Item = (LetterKind, Language)> {
    LetterKind::ALL.into_iter().flat_map(|kind| Language::ALL.map(|language| (kind, language)))
}

/// What a template may name. A letter without a link has no `link` either, so that a template which wants one
/// is found out at start.
fn words(
    kind: LetterKind,
    language: Language,
    fields: &LetterFields,
) -> Result<BTreeMap<&'static str, String>, Fault> {
    let mut words = BTreeMap::from([
        ("language", language.tag().to_owned()),
        ("site", fields.site.clone()),
        ("site_url", fields.site_url.clone()),
        ("name", greeting::name(&fields.name).to_owned()),
        ("email", fields.email.clone()),
    ]);
    if kind.link().is_some() {
        let missing = || Fault::internal(format!("the letter {} lacks its link", kind.word()));
        words.insert("link", fields.link.clone().ok_or_else(missing)?);
        words.insert("lifetime", lifetime::in_words(fields.link_minutes, language));
    }
    Ok(words)
}

/// A text letter is `Subject: …`, an empty line, and the rest.
fn split(stem: &str, letter: &str) -> Result<(String, String), Fault> {
    let (first, rest) = letter.trim_start().split_once('\n').unwrap_or_default();
    let subject = first.strip_prefix("Subject:").map(str::trim).unwrap_or_default();
    let text = rest.trim();
    if subject.is_empty() || text.is_empty() {
        let what = format!("{stem}.txt must begin with `Subject: …` on one line and go on below");
        return Err(Fault::internal(what));
    }
    Ok((subject.to_owned(), format!("{text}\n")))
}

/// The template's name and line, but not minijinja's debug text, which repeats the words filled in.
fn broken(name: &str, error: &minijinja::Error) -> Fault {
    Fault::internal(format!("the letter {name} cannot be rendered: {error}"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Letters, every_letter};
    use crate::{
        config::mail::Mail,
        domain::{
            language::Language,
            letter::{LetterFields, LetterKind},
        },
    };

    const LINK: &str = "https://auth.example.com/auth/activate/NQ/tok-en?x=1&y=2";

    fn letters() -> Letters {
        Letters::build(&Mail::default()).expect("the built-in letters")
    }

    fn fields(kind: LetterKind) -> LetterFields {
        LetterFields {
            site: "Cambio".to_owned(),
            site_url: "https://auth.example.com".to_owned(),
            name: "Ada".to_owned(),
            email: "ada@example.com".to_owned(),
            link: kind.link().map(|_| LINK.to_owned()),
            link_minutes: 72 * 60,
        }
    }

    fn with_override(name: &str, text: &str) -> Result<Letters, String> {
        let directory = tempfile::tempdir().expect("a directory");
        fs::write(directory.path().join(name), text).expect("a file");
        let mail = Mail { templates_dir: Some(directory.path().into()), ..Mail::default() };
        Letters::build(&mail).map_err(|fault| {
            let cause = std::error::Error::source(&fault).map(ToString::to_string);
            format!("{fault} {}", cause.unwrap_or_default())
        })
    }

    #[test]
    fn every_letter_greets_names_the_site_and_leaves_no_gap() {
        let letters = letters();
        for (kind, language) in every_letter() {
            let letter = letters.render(kind, language, &fields(kind)).expect("a letter");
            for part in [&letter.text, &letter.html] {
                assert!(part.contains("Ada") && part.contains("Cambio"), "{part}");
                assert!(part.contains("ada@example.com"), "{part}");
                for gap in ["{{", "{%", " none", "undefined", "\n\n\n"] {
                    assert!(!part.contains(gap), "{gap:?} in {part}");
                }
            }
            assert!(letter.subject.contains("Cambio") && letter.subject.lines().count() == 1);
            assert!(letter.html.contains(&format!("lang=\"{}\"", language.tag())));
            assert!(letter.text.lines().all(|l| l.trim_end().chars().count() <= 78));
        }
    }

    #[test]
    fn the_letters_of_one_kind_differ_by_language_and_all_subjects_differ() {
        let letters = letters();
        let render = |(kind, language)| letters.render(kind, language, &fields(kind));
        let mut subjects: Vec<_> =
            every_letter().map(|letter| render(letter).expect("a letter").subject).collect();
        subjects.sort();
        subjects.dedup();
        let stems: std::collections::BTreeSet<_> = LetterKind::ALL.map(LetterKind::stem).into();
        assert_eq!(subjects.len(), stems.len() * Language::ALL.len());
    }

    #[test]
    fn the_link_stands_alone_on_its_line_and_intact_in_the_html() {
        let letters = letters();
        for (kind, language) in every_letter().filter(|(kind, _)| kind.link().is_some()) {
            let letter = letters.render(kind, language, &fields(kind)).expect("a letter");
            assert_eq!(letter.text.lines().filter(|line| *line == LINK).count(), 1);
            let href = format!("href=\"{}\"", LINK.replace('&', "&amp;"));
            assert_eq!(letter.html.matches(&href).count(), 2, "{}", letter.html);
        }
    }

    #[test]
    fn the_english_activation_letter_says_so() {
        let kind = LetterKind::Activation;
        let letter = letters().render(kind, Language::English, &fields(kind)).expect("a letter");
        assert!(letter.subject.to_lowercase().contains("activation"));
        assert!(letter.text.starts_with("Hello Ada,\n\nThank you"), "{}", letter.text);
        assert!(letter.text.contains("3 days"));
        assert!(letter.text.is_ascii(), "goes out as 7bit, readable in any spool");
    }

    #[test]
    fn a_letter_that_lacks_its_link_is_a_fault() {
        let bare = LetterFields { link: None, ..fields(LetterKind::Activation) };
        assert!(letters().render(LetterKind::Activation, Language::English, &bare).is_err());
    }

    #[test]
    fn what_a_person_typed_is_text_and_not_html() {
        let kind = LetterKind::Confirmation;
        let typed = LetterFields { name: "<script>\"&'".to_owned(), ..fields(kind) };
        let letter = letters().render(kind, Language::English, &typed).expect("a letter");
        assert!(letter.html.contains("Hello &lt;script&gt;&quot;&amp;&#39;,"), "{}", letter.html);
        assert!(!letter.html.contains("<script"));
        assert!(letter.text.starts_with("Hello <script>\"&',"));
    }

    #[test]
    fn a_name_that_is_a_bait_is_not_said() {
        let kind = LetterKind::Activation;
        let bait = LetterFields { name: "Win at prize.example".to_owned(), ..fields(kind) };
        let letter = letters().render(kind, Language::English, &bait).expect("a letter");
        assert!(letter.text.starts_with("Hello,\n"));
        assert!(!letter.html.contains("prize"));
    }

    #[test]
    fn an_operators_letter_wins_over_ours() {
        let own = "Subject: Welcome to {{ site }}\n\nOpen this:\n{{ link }}\n";
        let letters = with_override("activation.en.txt", own).expect("letters");
        let kind = LetterKind::Activation;
        let letter = letters.render(kind, Language::English, &fields(kind)).expect("a letter");
        assert_eq!(letter.subject, "Welcome to Cambio");
        assert_eq!(letter.text, format!("Open this:\n{LINK}\n"));
        assert!(letter.html.contains("<title>Welcome to Cambio</title>"));
        let russian = letters.render(kind, Language::Russian, &fields(kind)).expect("a letter");
        assert!(russian.text.contains("Спасибо"));
    }

    #[test]
    fn a_frame_of_the_operators_holds_our_letters() {
        let own = "Subject: [X] {% block subject %}{% endblock %}\n\n\n{% block body %}{% endblock %}\nBye";
        let letters = with_override("layout.en.txt", own).expect("letters");
        let kind = LetterKind::PasswordChanged;
        let letter = letters.render(kind, Language::English, &fields(kind)).expect("a letter");
        assert!(letter.subject.starts_with("[X] Your password"));
        assert!(letter.text.ends_with("Bye\n"));
    }

    #[test]
    fn a_broken_override_is_refused_at_start_by_name() {
        for (name, text, word) in [
            ("activation.ru.txt", "Subject: a\n\n{{ link", "activation.ru.txt"),
            ("activation.ru.txt", "Subject: a\n\n{{ linc }}", "activation.ru.txt"),
            ("activation.ru.txt", "Subject: a\n\nno link", "activation.ru"),
            ("activation.ru.txt", "Subject: a\n\nopen {{ link }}!", "activation.ru"),
            ("activation.ru.html", "<p>no link</p>", "activation.ru"),
            ("confirmation.ko.txt", "Subject: a\n\n{{ link }}", "confirmation.ko.txt"),
            ("confirmation.ko.txt", "no subject\n\ntext", "confirmation.ko"),
            ("confirmation.ko.txt", "Subject: \n\ntext", "confirmation.ko"),
            ("activaton.ko.txt", "Subject: a\n\ntext", "activaton.ko.txt"),
        ] {
            let fault = with_override(name, text).expect_err(text);
            assert!(fault.contains(word), "{fault}");
        }
    }

    #[test]
    fn a_missing_directory_of_overrides_is_refused() {
        let mail = Mail { templates_dir: Some("no/such/directory".into()), ..Mail::default() };
        assert!(Letters::build(&mail).is_err());
    }
}
