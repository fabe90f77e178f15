//! A sum of rows that does not depend on their order.

use std::fmt;

use ring::digest::{SHA256, digest};

/// The rows so far: how many, and the sum of their digests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    rows: u64,
    total: u128,
}

impl Sum {
    /// Adds rows, a line each.
    pub fn add(&mut self, lines: &str) {
        for line in lines.split_terminator('\n') {
            let digest = digest(&SHA256, line.as_bytes());
            let half = digest.as_ref().first_chunk::<16>().copied().unwrap_or_default();
            self.rows += 1;
            self.total = self.total.wrapping_add(u128::from_be_bytes(half));
        }
    }

    /// How many rows there were.
    pub fn rows(&self) -> u64 {
        self.rows
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::Sum;

    fn of(lines: &str) -> Sum {
        let mut sum = Sum::default();
        sum.add(lines);
        sum
    }

    #[test]
    fn rows_in_another_order_have_the_same_sum_and_other_rows_have_another() {
        assert_eq!(of("a\nb\nc\n"), of("c\na\nb\n"));
        for other in ["a\nb\n", "a\nb\nd\n", "a\nb\nc\nc\n", "a\nb\nb\n", ""] {
            assert_ne!(of("a\nb\nc\n"), of(other), "{other:?}");
        }
    }
}
