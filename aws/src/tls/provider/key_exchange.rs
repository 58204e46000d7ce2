//! The key exchange: ECDH with P-256.

use alloc::boxed::Box;

use p256::ecdh::EphemeralSecret;
use p256::elliptic_curve::Generate;
use p256::elliptic_curve::rand_core::TryCryptoRng;
use p256::{NistP256, PublicKey, Sec1Point};
use rustls::crypto::{ActiveKeyExchange, SharedSecret, SupportedKxGroup};
use rustls::ffdhe_groups::FfdheGroup;
use rustls::{Error, NamedGroup, PeerMisbehaved};

use super::point::point;
use super::random::Random;

/// ECDH with secp256r1, also called P-256.
#[derive(Debug)]
pub struct Secp256r1;

impl Secp256r1 {
    /// Starts a key exchange with a secret from `generator`.
    ///
    /// # Errors
    /// The generator has failed.
    pub fn start_from(
        generator: &mut impl TryCryptoRng,
    ) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        let secret = EphemeralSecret::try_generate_from_rng(generator)
            .map_err(|_| Error::FailedToGetRandomBytes)?;
        let point = Sec1Point::from(secret.public_key());
        Ok(Box::new(KeyExchange { secret, point }))
    }
}

impl SupportedKxGroup for Secp256r1 {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        Self::start_from(&mut Random)
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        None
    }

    fn name(&self) -> NamedGroup {
        NamedGroup::secp256r1
    }
}

struct KeyExchange {
    secret: EphemeralSecret,
    /// The public key.
    point: Sec1Point,
}

impl ActiveKeyExchange for KeyExchange {
    fn complete(self: Box<Self>, peer: &[u8]) -> Result<SharedSecret, Error> {
        let peer = point::<NistP256>(peer).and_then(|point| PublicKey::from_affine(point).ok());
        let peer = peer.ok_or(PeerMisbehaved::InvalidKeyShare)?;
        Ok(SharedSecret::from(self.secret.diffie_hellman(&peer).raw_secret_bytes().as_slice()))
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        None
    }

    fn pub_key(&self) -> &[u8] {
        self.point.as_bytes()
    }

    fn group(&self) -> NamedGroup {
        NamedGroup::secp256r1
    }
}
