//! How far a long command has come, for the person who waits at a terminal; nobody else sees anything.

use std::borrow::Cow;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on standard error, gone when it is dropped.
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar for something counted in `unit`, such as rows.
    pub fn new(unit: &str) -> Self {
        let bar = ProgressBar::new(0);
        let template = format!(
            "{{msg:32}} {{bar:30}} {{human_pos}}/{{human_len}} {unit}  {{per_sec}}  {{eta}} left"
        );
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// Begins anew: what is done, how much of it there is, and how much is done already.
    pub fn begin(&self, what: impl Into<Cow<'static, str>>, of: u64, done: u64) {
        self.0.set_message(what);
        self.0.set_length(of);
        self.0.set_position(done);
        self.0.reset_eta();
    }

    /// So much more.
    pub fn more(&self, by: u64) {
        self.0.inc(by);
    }

    /// So much of so much.
    pub fn at(&self, done: u64, of: u64) {
        self.0.set_length(of);
        self.0.set_position(done);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
