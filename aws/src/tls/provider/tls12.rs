//! The cipher suites of TLS 1.2.

use alloc::boxed::Box;

use rustls::crypto::KeyExchangeAlgorithm;
use rustls::crypto::cipher::{
    AeadKey, InboundOpaqueMessage, InboundPlainMessage, Iv, KeyBlockShape, MessageDecrypter,
    MessageEncrypter, NONCE_LEN, Nonce, OutboundOpaqueMessage, OutboundPlainMessage,
    PrefixedPayload, Tls12AeadAlgorithm, UnsupportedOperationError, make_tls12_aad,
};
use rustls::crypto::tls12::PrfUsingHmac;
use rustls::{
    CipherSuite, CipherSuiteCommon, ConnectionTrafficSecrets, Error, SignatureScheme,
    Tls12CipherSuite,
};

use super::aead::{Aes128, Gcm, KEY_LEN, TAG_LEN};
use super::hash::{HmacSha256, Sha256};

/// The longest plaintext of a record, in bytes ([RFC 5246, section
/// 6.2.1](https://www.rfc-editor.org/rfc/rfc5246#section-6.2.1)).
const MAX_PLAINTEXT: usize = 1 << 14;
/// The lengths of the part of a nonce that comes from the handshake, and of that in the record
/// ([RFC 5288, section 3](https://www.rfc-editor.org/rfc/rfc5288#section-3)).
const SALT_LEN: usize = 4;
const EXPLICIT_LEN: usize = NONCE_LEN - SALT_LEN;

pub(super) static ECDSA_AES_128_GCM_SHA256: Tls12CipherSuite = suite(
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    &[SignatureScheme::ECDSA_NISTP256_SHA256, SignatureScheme::ECDSA_NISTP384_SHA384],
);

pub(super) static RSA_AES_128_GCM_SHA256: Tls12CipherSuite = suite(
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    &[
        SignatureScheme::RSA_PSS_SHA256,
        SignatureScheme::RSA_PSS_SHA384,
        SignatureScheme::RSA_PSS_SHA512,
        SignatureScheme::RSA_PKCS1_SHA256,
        SignatureScheme::RSA_PKCS1_SHA384,
        SignatureScheme::RSA_PKCS1_SHA512,
    ],
);

const fn suite(suite: CipherSuite, sign: &'static [SignatureScheme]) -> Tls12CipherSuite {
    Tls12CipherSuite {
        common: CipherSuiteCommon {
            suite,
            hash_provider: &Sha256,
            confidentiality_limit: super::RECORDS_PER_KEY,
        },
        kx: KeyExchangeAlgorithm::ECDHE,
        sign,
        aead_alg: &Aes128,
        prf_provider: &PrfUsingHmac(&HmacSha256),
    }
}

impl Tls12AeadAlgorithm for Aes128 {
    fn encrypter(&self, key: AeadKey, salt: &[u8], explicit: &[u8]) -> Box<dyn MessageEncrypter> {
        let mut iv = [0; NONCE_LEN];
        iv[..SALT_LEN].copy_from_slice(salt);
        iv[SALT_LEN..].copy_from_slice(explicit);
        Box::new(Encrypter { aes: Gcm::new(key.as_ref()), iv: Iv::new(iv) })
    }

    fn decrypter(&self, key: AeadKey, salt: &[u8]) -> Box<dyn MessageDecrypter> {
        let mut decrypter = Decrypter { aes: Gcm::new(key.as_ref()), salt: [0; SALT_LEN] };
        decrypter.salt.copy_from_slice(salt);
        Box::new(decrypter)
    }

    fn key_block_shape(&self) -> KeyBlockShape {
        KeyBlockShape {
            enc_key_len: KEY_LEN,
            fixed_iv_len: SALT_LEN,
            explicit_nonce_len: EXPLICIT_LEN,
        }
    }

    fn extract_keys(
        &self,
        _: AeadKey,
        _: &[u8],
        _: &[u8],
    ) -> Result<ConnectionTrafficSecrets, UnsupportedOperationError> {
        Err(UnsupportedOperationError)
    }
}

struct Encrypter {
    aes: Gcm,
    iv: Iv,
}

impl MessageEncrypter for Encrypter {
    fn encrypt(
        &mut self,
        message: OutboundPlainMessage<'_>,
        sequence: u64,
    ) -> Result<OutboundOpaqueMessage, Error> {
        let len = message.payload.len();
        let mut payload = PrefixedPayload::with_capacity(self.encrypted_payload_len(len));
        // The sequence number makes the explicit part differ from record to record.
        let nonce = Nonce::new(&self.iv, sequence);
        let authenticated = make_tls12_aad(sequence, message.typ, message.version, len);
        payload.extend_from_slice(&nonce.0[SALT_LEN..]);
        payload.extend_from_chunks(&message.payload);
        let data = payload.as_mut().get_mut(EXPLICIT_LEN..).ok_or(Error::EncryptError)?;
        let tag = self.aes.seal(nonce, &authenticated, data)?;
        payload.extend_from_slice(&tag);
        Ok(OutboundOpaqueMessage::new(message.typ, message.version, payload))
    }

    fn encrypted_payload_len(&self, len: usize) -> usize {
        EXPLICIT_LEN + len + TAG_LEN
    }
}

struct Decrypter {
    aes: Gcm,
    salt: [u8; SALT_LEN],
}

impl MessageDecrypter for Decrypter {
    fn decrypt<'a>(
        &mut self,
        mut message: InboundOpaqueMessage<'a>,
        sequence: u64,
    ) -> Result<InboundPlainMessage<'a>, Error> {
        let (kind, version) = (message.typ, message.version);
        let payload = &mut message.payload;
        let len = payload.len().checked_sub(EXPLICIT_LEN + TAG_LEN).ok_or(Error::DecryptError)?;
        let (explicit, data) =
            payload.split_first_chunk_mut::<EXPLICIT_LEN>().ok_or(Error::DecryptError)?;
        let mut nonce = Nonce([0; NONCE_LEN]);
        nonce.0[..SALT_LEN].copy_from_slice(&self.salt);
        nonce.0[SALT_LEN..].copy_from_slice(explicit);
        self.aes.open(nonce, &make_tls12_aad(sequence, kind, version, len), data)?;
        if len > MAX_PLAINTEXT {
            return Err(Error::PeerSentOversizedRecord);
        }
        Ok(message.into_plain_message_range(EXPLICIT_LEN..EXPLICIT_LEN + len))
    }
}
