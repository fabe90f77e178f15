//! The seed documents told as stories, their own examples to the letter.

mod s2_restful;
mod s3_rest_jwt;
