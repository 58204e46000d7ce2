//! Messages in the event stream encoding (content type `application/vnd.amazon.eventstream`; Smithy
//! 2.0, "Amazon Event Stream Specification": <https://smithy.io/2.0/aws/amazon-eventstream.html>).

use hyper::body::Bytes;

/// The type number of a header's value that is a string.
const STRING: u8 = 7;

/// Returns the message of an event: its length, the length of its headers, the CRC32 of both, its
/// headers, its payload, and the CRC32 of all of that. Numbers are big-endian.
pub(super) fn event(event_type: &str, content_type: &str, payload: &[u8]) -> Bytes {
    let mut headers = Vec::new();
    for (name, value) in
        [(":message-type", "event"), (":event-type", event_type), (":content-type", content_type)]
    {
        headers.push(u8::try_from(name.len()).expect("a name is short"));
        headers.extend_from_slice(name.as_bytes());
        headers.push(STRING);
        headers.extend_from_slice(
            &u16::try_from(value.len()).expect("a value is short").to_be_bytes(),
        );
        headers.extend_from_slice(value.as_bytes());
    }
    let length =
        |bytes: usize| u32::try_from(bytes).expect("no payload is over 200 MiB").to_be_bytes();
    let whole = 12 + headers.len() + payload.len() + 4;
    let mut message = Vec::with_capacity(whole);
    message.extend_from_slice(&length(whole));
    message.extend_from_slice(&length(headers.len()));
    message.extend_from_slice(&crc32fast::hash(&message).to_be_bytes());
    message.extend_from_slice(&headers);
    message.extend_from_slice(payload);
    message.extend_from_slice(&crc32fast::hash(&message).to_be_bytes());
    message.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_framed_as_the_specification_says() {
        // Encoded by hand from the specification, with the checksums of Python's zlib.crc32.
        let message = event("PayloadChunk", "application/octet-stream", b"hi");
        let headers = b"\x0d:message-type\x07\x00\x05event\x0b:event-type\x07\x00\x0cPayloadChunk\
            \x0d:content-type\x07\x00\x18application/octet-stream";
        assert_eq!(message[4..8], u32::try_from(headers.len()).unwrap().to_be_bytes());
        assert_eq!(&message[12..12 + headers.len()], headers);
        assert_eq!(message.len(), 108);
        assert_eq!(message[..4], 108_u32.to_be_bytes());
        assert_eq!(message[8..12], 0xb25e_fdcf_u32.to_be_bytes());
        assert_eq!(&message[102..104], b"hi");
        assert_eq!(message[104..], 0x3141_38e4_u32.to_be_bytes());
    }
}
