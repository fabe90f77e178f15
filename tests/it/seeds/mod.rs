//! The seed documents told as stories, their own examples to the letter.

mod s0_groups;
mod s1_convert;
mod s1_token;
mod s2_restful;
mod s3_rest_jwt;
mod s4_djoser;

use serde_json::Value;

/// An example as the document has it.
fn example(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}
