//! A TLS 1.3 server that sends the messages of its handshake as a script says: out of order, twice,
//! or not at all. All that it sends is encrypted and authenticated as it must be: each signature
//! and each Finished covers the messages that were sent before it.

use std::io::{Read, Write};
use std::net::TcpStream;

use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::digest::{SHA256, digest};
use ring::hmac;
use ring::rand::SystemRandom;

/// The part of the handshake that a server sends encrypted, and more.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Without extensions.
    EncryptedExtensions,
    /// The chain.
    Certificate,
    /// An empty chain.
    NoCertificate,
    /// With the scheme, and a signature of the transcript.
    CertificateVerify(u16),
    /// With a signature of something else.
    WrongCertificateVerify(u16),
    /// The MAC of the transcript.
    Finished,
    /// Another MAC.
    WrongFinished,
    /// Longer than any handshake.
    Huge,
}

/// ECDSA with P-256 and SHA-256.
pub const P256: u16 = 0x0403;
/// RSA-PSS with SHA-256.
pub const PSS: u16 = 0x0804;

/// Signs the content of a CertificateVerify.
pub type Sign = dyn Fn(&[u8]) -> Vec<u8> + Send;

/// What a server sends.
pub struct Script {
    /// The chain, in DER.
    pub chain: Vec<Vec<u8>>,
    /// Signs for the first certificate.
    pub sign: Box<Sign>,
    /// The messages, each in a record.
    pub messages: Vec<Message>,
}

/// Does the handshake. Returns the data of applications that the client sent, until it closes.
pub fn serve(script: &Script, mut stream: TcpStream) -> Vec<u8> {
    let (_, hello) = read_record(&mut stream).expect("a ClientHello");
    let (session, share) = parse_hello(&hello);
    let random = SystemRandom::new();
    let secret = EphemeralPrivateKey::generate(&ECDH_P256, &random).expect("a key can be made");
    let public = secret.compute_public_key().expect("a key has a public key");
    let server_hello = server_hello(&session, public.as_ref());
    write_record(&mut stream, 22, &server_hello);
    let shared = agree_ephemeral(secret, &UnparsedPublicKey::new(&ECDH_P256, share), |secret| {
        secret.to_vec()
    });
    let mut transcript = [hello, server_hello].concat();

    let early = extract(&[0; 32], &[0; 32]);
    let handshake = extract(&expand(&early, "derived", &hash(b"")), &shared.expect("they agree"));
    let client = expand(&handshake, "c hs traffic", &hash(&transcript));
    let server = expand(&handshake, "s hs traffic", &hash(&transcript));
    let mut writer = Keys::new(&server);
    let mut application = None;
    for &message in &script.messages {
        let bytes = encode(message, script, &transcript, &server);
        transcript.extend_from_slice(&bytes);
        for piece in bytes.chunks(16_384) {
            if stream.write_all(&writer.seal(22, piece)).is_err() {
                return received(&mut stream, Keys::new(&client), None);
            }
        }
        if message == Message::Finished && application.is_none() {
            let main = extract(&expand(&handshake, "derived", &hash(b"")), &[0; 32]);
            let client = expand(&main, "c ap traffic", &hash(&transcript));
            application = Some(Keys::new(&client));
        }
    }
    received(&mut stream, Keys::new(&client), application)
}

/// Reads to the end of the stream. The client's Finished changes its keys.
fn received(stream: &mut TcpStream, handshake: Keys, application: Option<Keys>) -> Vec<u8> {
    let mut data = Vec::new();
    let mut keys = handshake;
    let mut next = application;
    while let Some((kind, record)) = read_record(stream) {
        // A change_cipher_spec, or an alert before there are keys.
        if kind != 23 {
            continue;
        }
        let (inner, plain) = keys.open(&record).expect("the client's records can be decrypted");
        match inner {
            22 => keys = next.take().expect("a Finished, after that of the server"),
            23 => data.extend_from_slice(&plain),
            _ => {}
        }
    }
    data
}

fn encode(message: Message, script: &Script, transcript: &[u8], secret: &[u8; 32]) -> Vec<u8> {
    let signed = |content: &[u8], scheme: u16| {
        let signature = (script.sign)(content);
        let body = [&scheme.to_be_bytes()[..], &prefixed(2, &signature)].concat();
        framed(15, &body)
    };
    let finished =
        |transcript: &[u8]| framed(20, &mac(&expand(secret, "finished", b""), &hash(transcript)));
    match message {
        Message::EncryptedExtensions => framed(8, &prefixed(2, b"")),
        Message::Certificate => {
            let entries: Vec<u8> = script
                .chain
                .iter()
                .flat_map(|der| [prefixed(3, der), prefixed(2, b"")].concat())
                .collect();
            framed(11, &[prefixed(1, b""), prefixed(3, &entries)].concat())
        }
        Message::NoCertificate => framed(11, &[prefixed(1, b""), prefixed(3, b"")].concat()),
        Message::CertificateVerify(scheme) => signed(&to_sign(transcript), scheme),
        Message::WrongCertificateVerify(scheme) => signed(&to_sign(b"another"), scheme),
        Message::Finished => finished(transcript),
        Message::WrongFinished => finished(b"another"),
        Message::Huge => framed(11, &vec![0; 60_000]),
    }
}

/// [RFC 8446, section 4.4.3](https://www.rfc-editor.org/rfc/rfc8446#section-4.4.3).
fn to_sign(transcript: &[u8]) -> Vec<u8> {
    [&[32; 64][..], b"TLS 1.3, server CertificateVerify\0", &hash(transcript)].concat()
}

/// Returns the session id and the key share for secp256r1 of a ClientHello.
fn parse_hello(hello: &[u8]) -> (Vec<u8>, Vec<u8>) {
    // The type, the length, the version and the random bytes.
    let mut rest = &hello[4 + 2 + 32..];
    let session = take(&mut rest, 1).to_vec();
    take(&mut rest, 2);
    take(&mut rest, 1);
    let mut extensions = take(&mut rest, 2);
    while !extensions.is_empty() {
        let kind = number(&mut extensions, 2);
        let mut body = take(&mut extensions, 2);
        if kind == 51 {
            let mut shares = take(&mut body, 2);
            assert_eq!(number(&mut shares, 2), 23, "the first share is for secp256r1");
            return (session, take(&mut shares, 2).to_vec());
        }
    }
    panic!("no key share")
}

fn server_hello(session: &[u8], share: &[u8]) -> Vec<u8> {
    let versions = [43_u16.to_be_bytes().to_vec(), prefixed(2, &[3, 4])].concat();
    let share = [23_u16.to_be_bytes().to_vec(), prefixed(2, share)].concat();
    let share = [51_u16.to_be_bytes().to_vec(), prefixed(2, &share)].concat();
    let extensions = prefixed(2, &[versions, share].concat());
    let body = [&[3, 3][..], &[7; 32], &prefixed(1, session), &[0x13, 1, 0], &extensions].concat();
    framed(2, &body)
}

/// Reads a number of `len` bytes.
fn number(rest: &mut &[u8], len: usize) -> usize {
    let (bytes, after) = rest.split_at(len);
    *rest = after;
    bytes.iter().fold(0, |number, &byte| number << 8 | usize::from(byte))
}

/// Reads a vector with a length of `len` bytes.
fn take<'a>(rest: &mut &'a [u8], len: usize) -> &'a [u8] {
    let size = number(rest, len);
    let (body, after) = rest.split_at(size);
    *rest = after;
    body
}

/// Returns `body` after its length of `len` bytes.
fn prefixed(len: usize, body: &[u8]) -> Vec<u8> {
    [&body.len().to_be_bytes()[8 - len..], body].concat()
}

/// Returns a message of the handshake.
fn framed(kind: u8, body: &[u8]) -> Vec<u8> {
    [vec![kind], prefixed(3, body)].concat()
}

/// Reads a record: its type and its content.
pub fn read_record(stream: &mut TcpStream) -> Option<(u8, Vec<u8>)> {
    let mut header = [0; 5];
    stream.read_exact(&mut header).ok()?;
    let mut body = vec![0; usize::from(u16::from_be_bytes([header[3], header[4]]))];
    stream.read_exact(&mut body).ok()?;
    Some((header[0], body))
}

/// Writes a record that isn't encrypted. The client may have gone.
fn write_record(stream: &mut TcpStream, kind: u8, body: &[u8]) {
    let _ = stream.write_all(&[&[kind, 3, 3][..], &prefixed(2, body)].concat());
}

fn hash(data: &[u8]) -> [u8; 32] {
    digest(&SHA256, data).as_ref().try_into().expect("32 bytes")
}

fn mac(key: &[u8], data: &[u8]) -> [u8; 32] {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, data).as_ref().try_into().expect("32 bytes")
}

fn extract(salt: &[u8], secret: &[u8]) -> [u8; 32] {
    mac(salt, secret)
}

/// HKDF-Expand-Label with 32 bytes ([RFC 8446, section
/// 7.1](https://www.rfc-editor.org/rfc/rfc8446#section-7.1)).
fn expand(secret: &[u8; 32], label: &str, context: &[u8]) -> [u8; 32] {
    expand_to(32, secret, label, context)
}

fn expand_to(len: u16, secret: &[u8; 32], label: &str, context: &[u8]) -> [u8; 32] {
    let label = prefixed(1, format!("tls13 {label}").as_bytes());
    mac(secret, &[&len.to_be_bytes()[..], &label, &prefixed(1, context), &[1]].concat())
}

/// The keys of one direction.
struct Keys {
    key: LessSafeKey,
    iv: [u8; 12],
    sequence: u64,
}

impl Keys {
    fn new(secret: &[u8; 32]) -> Self {
        let key = expand_to(16, secret, "key", b"");
        let iv = expand_to(12, secret, "iv", b"");
        Self {
            key: LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key[..16]).expect("16 bytes")),
            iv: iv[..12].try_into().expect("12 bytes"),
            sequence: 0,
        }
    }

    fn nonce(&mut self) -> Nonce {
        let mut nonce = self.iv;
        for (byte, number) in nonce[4..].iter_mut().zip(self.sequence.to_be_bytes()) {
            *byte ^= number;
        }
        self.sequence += 1;
        Nonce::assume_unique_for_key(nonce)
    }

    /// Returns a whole record.
    fn seal(&mut self, kind: u8, plain: &[u8]) -> Vec<u8> {
        let mut body = [plain, &[kind]].concat();
        let len = u16::try_from(body.len() + 16).expect("a record is short").to_be_bytes();
        let header = [23, 3, 3, len[0], len[1]];
        let nonce = self.nonce();
        self.key
            .seal_in_place_append_tag(nonce, Aad::from(header), &mut body)
            .expect("it is short");
        [&header[..], &body].concat()
    }

    /// Decrypts the content of a record: its inner type, and its data.
    fn open(&mut self, body: &[u8]) -> Option<(u8, Vec<u8>)> {
        let len = u16::try_from(body.len()).expect("a record is short").to_be_bytes();
        let mut body = body.to_vec();
        let nonce = self.nonce();
        let plain = self.key.open_in_place(nonce, Aad::from([23, 3, 3, len[0], len[1]]), &mut body);
        let end = plain.ok()?.iter().rposition(|&byte| byte != 0)?;
        let kind = body[end];
        body.truncate(end);
        Some((kind, body))
    }
}
