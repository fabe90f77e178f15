//! `--help` teaches: every command and every option says what it is for.

use super::shell::Shell;

/// The help of a command.
fn help(words: &[&str]) -> String {
    Shell::with(&[]).ok(&[words, &["--help"]].concat())
}

/// The lines of one part of a help text, the heading left out.
fn part<'a>(text: &'a str, heading: &str) -> Vec<&'a str> {
    let lines = text.lines().skip_while(|line| *line != heading).skip(1);
    lines.take_while(|line| line.starts_with(' ') || line.is_empty()).collect()
}

/// The commands below a command, each with what it is for.
fn commands(text: &str) -> Vec<(String, String)> {
    let lines = part(text, "Commands:");
    let entries = lines.iter().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let pairs = entries.map(|line| line.trim().split_once(' ').unwrap_or((line.trim(), "")));
    pairs.map(|(name, about)| (name.to_owned(), about.trim().to_owned())).collect()
}

/// The options or arguments of a part, each with what is said of it, on its line or below it.
fn entries(lines: &[&str]) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for line in lines {
        let begins = line.trim_start().starts_with(['-', '<', '[']) && !line.starts_with("       ");
        match entries.last_mut() {
            Some(entry) if !begins => entry.push_str(line),
            _ => entries.push((*line).to_owned()),
        }
    }
    entries
}

/// Looks at a command and at everything below it; tells how many commands that were.
fn look_at(words: &[String]) -> usize {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let text = help(&words);
    let first = text.lines().next().unwrap_or_default();
    assert!(first.len() > 10 && !first.starts_with("Usage"), "{words:?} says nothing:\n{text}");
    for heading in ["Options:", "Arguments:"] {
        for entry in entries(&part(&text, heading)) {
            let told = entry.split_whitespace().filter(|word| !word.starts_with(['-', '<', '[']));
            assert!(told.count() >= 2, "{words:?}: {entry:?} is not explained");
        }
    }
    let below = commands(&text);
    let mut count = 1;
    for (name, about) in below.iter().filter(|(name, _)| name != "help") {
        assert!(about.len() > 5, "{words:?} {name} is not explained");
        let path: Vec<String> =
            words.iter().copied().chain([name.as_str()]).map(str::to_owned).collect();
        count += look_at(&path);
    }
    count
}

#[test]
fn every_command_and_every_option_is_explained() {
    assert!(look_at(&[]) >= 36);
}

#[test]
fn without_a_command_the_help_is_shown_and_names_a_first_step() {
    let told = Shell::with(&[]).run(&[]);
    assert_eq!(told.code, 2);
    assert!(told.err.contains("cambio dev") && told.err.contains("Commands:"), "{told:#?}");
}

#[test]
fn a_slip_of_the_pen_is_mended() {
    let told = Shell::with(&[]).refused(&["sever"]);
    assert!(told.contains("serve"), "{told}");
}
