//! AES-128-GCM for the records of TLS 1.3.

use alloc::boxed::Box;

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes128Gcm, KeyInit};
use rustls::crypto::cipher::{
    AeadKey, InboundOpaqueMessage, InboundPlainMessage, Iv, MessageDecrypter, MessageEncrypter,
    Nonce, OutboundOpaqueMessage, OutboundPlainMessage, PrefixedPayload, Tls13AeadAlgorithm,
    UnsupportedOperationError, make_tls13_aad,
};
use rustls::{ConnectionTrafficSecrets, ContentType, Error, ProtocolVersion};

/// The length of a key, in bytes.
pub(super) const KEY_LEN: usize = 16;
/// The length of a tag, in bytes.
pub(super) const TAG_LEN: usize = 16;

/// AES-128-GCM, as records use it ([RFC 8446, section
/// 5.2](https://www.rfc-editor.org/rfc/rfc8446#section-5.2)).
pub struct Aes128;

impl Tls13AeadAlgorithm for Aes128 {
    fn encrypter(&self, key: AeadKey, iv: Iv) -> Box<dyn MessageEncrypter> {
        Box::new(Cipher { aes: Gcm::new(key.as_ref()), iv })
    }

    fn decrypter(&self, key: AeadKey, iv: Iv) -> Box<dyn MessageDecrypter> {
        Box::new(Cipher { aes: Gcm::new(key.as_ref()), iv })
    }

    fn key_len(&self) -> usize {
        KEY_LEN
    }

    fn extract_keys(
        &self,
        _: AeadKey,
        _: Iv,
    ) -> Result<ConnectionTrafficSecrets, UnsupportedOperationError> {
        Err(UnsupportedOperationError)
    }
}

/// The key of one direction, and what its nonces are made from.
struct Cipher {
    aes: Gcm,
    iv: Iv,
}

impl MessageEncrypter for Cipher {
    fn encrypt(
        &mut self,
        message: OutboundPlainMessage<'_>,
        sequence: u64,
    ) -> Result<OutboundOpaqueMessage, Error> {
        let len = self.encrypted_payload_len(message.payload.len());
        let mut payload = PrefixedPayload::with_capacity(len);
        payload.extend_from_chunks(&message.payload);
        payload.extend_from_slice(&message.typ.to_array());
        let nonce = Nonce::new(&self.iv, sequence);
        let tag = self.aes.seal(nonce, &make_tls13_aad(len), payload.as_mut())?;
        payload.extend_from_slice(&tag);
        // The version of all records of TLS 1.3.
        Ok(OutboundOpaqueMessage::new(
            ContentType::ApplicationData,
            ProtocolVersion::TLSv1_2,
            payload,
        ))
    }

    fn encrypted_payload_len(&self, len: usize) -> usize {
        // The content type is encrypted, too.
        len + 1 + TAG_LEN
    }
}

impl MessageDecrypter for Cipher {
    fn decrypt<'a>(
        &mut self,
        mut message: InboundOpaqueMessage<'a>,
        sequence: u64,
    ) -> Result<InboundPlainMessage<'a>, Error> {
        let payload = &mut message.payload;
        let nonce = Nonce::new(&self.iv, sequence);
        let len = self.aes.open(nonce, &make_tls13_aad(payload.len()), payload)?;
        payload.truncate(len);
        message.into_tls13_unpadded_message()
    }
}

/// AES-128-GCM with a key ([NIST SP
/// 800-38D](https://doi.org/10.6028/NIST.SP.800-38D)).
pub struct Gcm(Aes128Gcm);

impl Gcm {
    /// Creates a cipher.
    ///
    /// # Panics
    /// If the key hasn't 16 bytes.
    pub fn new(key: &[u8]) -> Self {
        Self(Aes128Gcm::new_from_slice(key).expect("rustls makes keys of KEY_LEN bytes"))
    }

    /// Encrypts `data` in place, and returns the tag.
    ///
    /// # Errors
    /// [`Error::EncryptError`], if the data is longer than 64 GiB.
    pub fn seal(
        &self,
        nonce: Nonce,
        authenticated: &[u8],
        data: &mut [u8],
    ) -> Result<[u8; TAG_LEN], Error> {
        let tag = self.0.encrypt_inout_detached(&nonce.0.into(), authenticated, data.into());
        tag.map(Into::into).map_err(|_| Error::EncryptError)
    }

    /// Decrypts `data`, which ends with the tag, in place. Returns the length without the tag.
    ///
    /// # Errors
    /// [`Error::DecryptError`], if the tag is wrong or missing.
    pub fn open(
        &self,
        nonce: Nonce,
        authenticated: &[u8],
        data: &mut [u8],
    ) -> Result<usize, Error> {
        let (data, tag) = data.split_last_chunk_mut::<TAG_LEN>().ok_or(Error::DecryptError)?;
        let len = data.len();
        self.0
            .decrypt_inout_detached(&nonce.0.into(), authenticated, data.into(), (&*tag).into())
            .map_err(|_| Error::DecryptError)?;
        Ok(len)
    }
}
