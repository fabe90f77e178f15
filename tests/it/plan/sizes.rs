//! Files that can be read in one sitting, each opening with its one job.

use super::source;

/// No file is longer, its inline tests not counted.
const LONGEST: usize = 400;
/// Half of the files are no longer than this.
const MEDIAN: usize = 130;
/// No test is longer.
const LONGEST_TEST: usize = 60;

#[test]
fn no_file_has_more_than_400_lines_and_half_of_them_fewer_than_130() {
    let mut sizes: Vec<(usize, String)> = source::files("src")
        .iter()
        .map(|file| (file.code().lines().count(), format!("src/{}", file.place)))
        .collect();
    sizes.sort();
    let (longest, place) = sizes.last().unwrap();
    let median = sizes[sizes.len() / 2].0;

    println!("{} files, median {median} lines, longest {longest}: {place}", sizes.len());
    assert!(*longest <= LONGEST, "{place} has {longest} lines: it is two things");
    assert!(median <= MEDIAN, "half of the files have {median} lines and more");
}

#[test]
fn no_file_of_stories_has_more_than_400_lines() {
    for file in source::files("tests") {
        let lines = file.text.lines().count();
        assert!(lines <= LONGEST, "tests/{} has {lines} lines", file.place);
    }
}

#[test]
fn no_file_lies_about_that_nobody_compiles() {
    let files = source::files("src");
    let declared: Vec<_> = files.iter().flat_map(source::declared).collect();
    let roots = ["lib.rs", "main.rs"];
    for file in files.iter().filter(|file| !roots.contains(&file.place.as_str())) {
        assert!(declared.contains(&file.modules()), "src/{} is in no `mod`", file.place);
    }
}

#[test]
fn every_file_opens_with_its_one_job() {
    for directory in ["src", "tests"] {
        for file in source::files(directory) {
            let opens = file.text.starts_with("//! ");
            assert!(opens, "{directory}/{} does not open with `//!`", file.place);
        }
    }
}

#[test]
fn no_story_is_longer_than_a_screen() {
    for file in source::files("tests/it") {
        let lines: Vec<&str> = file.text.lines().collect();
        let tests = lines.iter().enumerate().filter(|(_, line)| line.ends_with("test]"));
        for (start, _) in tests {
            let length = lines[start..].iter().position(|line| *line == "}").unwrap_or(0);
            assert!(length <= LONGEST_TEST, "tests/it/{}:{}", file.place, start + 1);
        }
    }
}
