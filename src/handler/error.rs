//! What can be wrong with what a handler sets.

use crate::error::errors;

errors! {
    /// The content type is empty, longer than 1,024 bytes, or has a line break or a control character.
    CONTENT_TYPE = "Function.InvalidContentType", "the content type is not a header value";
}
