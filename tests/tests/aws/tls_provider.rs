//! The cryptography that rustls receives, compared with the vectors of
//! [Wycheproof](https://github.com/C2SP/wycheproof).

use std::convert::Infallible;

use barelambda_aws::tls::provider::{ALGORITHMS, Gcm, HmacSha256, Random, Scheme, Secp256r1};
use p256::elliptic_curve::rand_core::{TryCryptoRng, TryRng};
use rustls::crypto::cipher::Nonce;
use rustls::crypto::hmac::Hmac;
use rustls::crypto::tls13::{Hkdf, HkdfUsingHmac};
use rustls::crypto::{SecureRandom, SupportedKxGroup};
use rustls::pki_types::SignatureVerificationAlgorithm;
use wycheproof::TestResult;
use wycheproof::{aead, ecdh, ecdsa, hkdf, mac, rsa_pkcs1_verify, rsa_pss_verify};

/// Compares one result with that of a vector. Acceptable ones may be either.
fn compare(is_accepted: bool, expected: TestResult, what: &str, counts: &mut [u32; 2]) {
    match expected {
        TestResult::Valid => assert!(is_accepted, "{what} must be accepted"),
        TestResult::Invalid => assert!(!is_accepted, "{what} must be refused"),
        TestResult::Acceptable => {}
    }
    counts[usize::from(is_accepted)] += 1;
}

/// Both results have occurred.
fn assert_both(counts: [u32; 2]) {
    println!("refused {}, accepted {}", counts[0], counts[1]);
    assert!(counts.iter().all(|&count| count > 0), "{counts:?}");
}

#[test]
fn ecdsa_agrees() {
    use ecdsa::TestName as N;

    for (name, scheme) in [
        (N::EcdsaSecp256r1Sha256, Scheme::EcdsaP256Sha256),
        (N::EcdsaSecp384r1Sha256, Scheme::EcdsaP384Sha256),
        (N::EcdsaSecp384r1Sha384, Scheme::EcdsaP384Sha384),
    ] {
        let mut counts = [0; 2];
        for group in ecdsa::TestSet::load(name).expect("the vectors are there").test_groups {
            for test in group.tests {
                let result = scheme.verify_signature(&group.key.key, &test.msg, &test.sig);
                let what = format!("{scheme:?} {}", test.tc_id);
                compare(result.is_ok(), test.result, &what, &mut counts);
            }
        }
        assert_both(counts);
    }
}

#[test]
fn rsa_pkcs1_agrees() {
    use rsa_pkcs1_verify::TestName as N;

    for (name, scheme) in [
        (N::Rsa2048Sha256, Scheme::Pkcs1Sha256),
        (N::Rsa2048Sha384, Scheme::Pkcs1Sha384),
        (N::Rsa2048Sha512, Scheme::Pkcs1Sha512),
        (N::Rsa3072Sha256, Scheme::Pkcs1Sha256),
        (N::Rsa3072Sha384, Scheme::Pkcs1Sha384),
        (N::Rsa3072Sha512, Scheme::Pkcs1Sha512),
        (N::Rsa4096Sha256, Scheme::Pkcs1Sha256),
        (N::Rsa4096Sha384, Scheme::Pkcs1Sha384),
        (N::Rsa4096Sha512, Scheme::Pkcs1Sha512),
        (N::Rsa8192Sha256, Scheme::Pkcs1Sha256),
    ] {
        let mut counts = [0; 2];
        let set = rsa_pkcs1_verify::TestSet::load(name).expect("the vectors are there");
        for group in set.test_groups {
            for test in group.tests {
                let result = scheme.verify_signature(&group.asn_key, &test.msg, &test.sig);
                let what = format!("{name:?} {}", test.tc_id);
                compare(result.is_ok(), test.result, &what, &mut counts);
            }
        }
        assert_both(counts);
    }
}

#[test]
fn rsa_pss_agrees() {
    use rsa_pss_verify::TestName as N;

    for (name, scheme) in [
        (N::RsaPss2048Sha256Mgf1SaltLen32, Scheme::PssSha256),
        (N::RsaPss2048Sha384Mgf1SaltLen48, Scheme::PssSha384),
        (N::RsaPss3072Sha256Mgf1SaltLen32, Scheme::PssSha256),
        (N::RsaPss4096Sha256Mgf1SaltLen32, Scheme::PssSha256),
        (N::RsaPss4096Sha384Mgf1SaltLen48, Scheme::PssSha384),
        (N::RsaPss4096Sha512Mgf1SaltLen64, Scheme::PssSha512),
    ] {
        let mut counts = [0; 2];
        let set = rsa_pss_verify::TestSet::load(name).expect("the vectors are there");
        for group in set.test_groups {
            for test in group.tests {
                let result = scheme.verify_signature(&group.asn_key, &test.msg, &test.sig);
                let what = format!("{name:?} {}", test.tc_id);
                compare(result.is_ok(), test.result, &what, &mut counts);
            }
        }
        assert_both(counts);
    }
}

/// TLS fixes the salt's length and the hash of MGF1.
#[test]
fn other_parameters_of_pss_are_refused() {
    use rsa_pss_verify::TestName as N;

    for (name, scheme) in [
        (N::RsaPss2048Sha256Mgf1SaltLen0, Scheme::PssSha256),
        (N::RsaPss2048Sha256Mgf1Sha1_20, Scheme::PssSha256),
        (N::RsaPss4096Sha512Mgf1SaltLen32, Scheme::PssSha512),
        (N::RsaPss2048Sha1Mgf1SaltLen20, Scheme::PssSha256),
    ] {
        let set = rsa_pss_verify::TestSet::load(name).expect("the vectors are there");
        let mut count = 0;
        for group in set.test_groups {
            // Some invalid ones are valid with the parameters of TLS.
            for test in group.tests.iter().filter(|test| test.result == TestResult::Valid) {
                let result = scheme.verify_signature(&group.asn_key, &test.msg, &test.sig);
                assert!(result.is_err(), "{name:?} {}", test.tc_id);
                count += 1;
            }
        }
        assert!(count > 0, "{name:?} has signatures that are valid with its parameters");
    }
}

#[test]
fn malformed_keys_verify_nothing() {
    for scheme in [Scheme::EcdsaP256Sha256, Scheme::EcdsaP384Sha384, Scheme::PssSha256] {
        for key in [&b""[..], b"\x30\x00", b"\x04", &[0; 65], b"\x30\x06\x02\x01\x00\x02\x01\x00"] {
            assert!(scheme.verify_signature(key, b"", b"").is_err(), "{scheme:?} {key:x?}");
        }
    }
}

#[test]
fn each_scheme_of_handshakes_is_one_of_certificates() {
    for (scheme, algorithms) in ALGORITHMS.mapping {
        for algorithm in *algorithms {
            let id = algorithm.signature_alg_id();
            assert!(ALGORITHMS.all.iter().any(|one| one.signature_alg_id() == id), "{scheme:?}");
        }
    }
}

#[test]
fn aes_gcm_agrees() {
    let mut counts = [0; 2];
    let set = aead::TestSet::load(aead::TestName::AesGcm).expect("the vectors are there");
    for group in set.test_groups {
        // Those of TLS.
        if group.key_size != 128 || group.nonce_size != 96 || group.tag_size != 128 {
            continue;
        }
        for test in group.tests {
            let what = format!("AES-GCM {}", test.tc_id);
            let nonce = || Nonce(test.nonce.as_slice().try_into().expect("12 bytes"));
            let gcm = Gcm::new(&test.key);
            let mut data = [&test.ct[..], &test.tag[..]].concat();
            let opened = gcm.open(nonce(), &test.aad, &mut data);
            compare(opened.is_ok(), test.result, &what, &mut counts);
            if let Ok(len) = opened {
                assert_eq!(&data[..len], &test.pt[..], "{what}");
                let mut data = test.pt.to_vec();
                let tag = gcm.seal(nonce(), &test.aad, &mut data).expect("it is short");
                assert_eq!((&data[..], &tag[..]), (&test.ct[..], &test.tag[..]), "{what}");
            }
        }
    }
    assert_both(counts);
    for len in 0..16 {
        let mut data = vec![0; len];
        assert!(Gcm::new(&[0; 16]).open(Nonce([0; 12]), b"", &mut data).is_err());
    }
}

/// A generator of one secret.
struct Fixed([u8; 32]);

impl TryRng for Fixed {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("secrets are made of bytes")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("secrets are made of bytes")
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.copy_from_slice(&self.0);
        Ok(())
    }
}

impl TryCryptoRng for Fixed {}

#[test]
fn ecdh_agrees() {
    let mut counts = [0; 2];
    let name = ecdh::TestName::EcdhSecp256r1Ecpoint;
    for group in ecdh::TestSet::load(name).expect("the vectors are there").test_groups {
        for test in group.tests {
            let what = format!("ECDH {}", test.tc_id);
            let secret = &test.private_key;
            let mut bytes = [0; 32];
            // A leading zero shows that a number isn't negative; leading zeros may be missing.
            let start = secret.iter().position(|&byte| byte != 0).expect("not zero");
            bytes[32 - (secret.len() - start)..].copy_from_slice(&secret[start..]);
            let exchange = Secp256r1::start_from(&mut Fixed(bytes)).expect("the secret is valid");
            let shared = exchange.complete(&test.public_key);
            // TLS has no compressed points.
            let is_compressed = matches!(test.public_key.first(), Some(2 | 3));
            let expected = if is_compressed { TestResult::Invalid } else { test.result };
            compare(shared.is_ok(), expected, &what, &mut counts);
            if let Ok(shared) = shared {
                assert_eq!(shared.secret_bytes(), &test.shared_secret[..], "{what}");
            }
        }
    }
    assert_both(counts);
}

#[test]
fn two_key_exchanges_agree_and_have_different_secrets() {
    let [a, b, c] = [(); 3].map(|()| Secp256r1.start().expect("a secret can be made"));
    let publics = [a.pub_key().to_vec(), b.pub_key().to_vec(), c.pub_key().to_vec()];
    assert!(publics[0] != publics[1] && publics[1] != publics[2] && publics[0] != publics[2]);
    let ab = a.complete(&publics[1]).expect("the point is valid");
    let ba = b.complete(&publics[0]).expect("the point is valid");
    let ca = c.complete(&publics[0]).expect("the point is valid");
    assert_eq!(ab.secret_bytes(), ba.secret_bytes());
    assert_ne!(ab.secret_bytes(), ca.secret_bytes());
}

#[test]
fn hmac_agrees() {
    let mut counts = [0; 2];
    let set = mac::TestSet::load(mac::TestName::HmacSha256).expect("the vectors are there");
    for group in set.test_groups {
        for test in group.tests {
            let (first, rest) = test.msg.split_at(test.msg.len() / 3);
            let (middle, last) = rest.split_at(rest.len() / 2);
            let key = HmacSha256.with_key(&test.key);
            let tag = key.sign_concat(first, &[middle], last);
            assert_eq!(tag.as_ref(), key.sign(&[&test.msg]).as_ref());
            let is_equal = tag.as_ref()[..group.tag_size / 8] == test.tag[..];
            compare(is_equal, test.result, &format!("HMAC {}", test.tc_id), &mut counts);
        }
    }
    assert_both(counts);
}

#[test]
fn hkdf_agrees() {
    let mut counts = [0; 2];
    let set = hkdf::TestSet::load(hkdf::TestName::HkdfSha256).expect("the vectors are there");
    for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
        let hkdf = HkdfUsingHmac(&HmacSha256);
        let expander = hkdf.extract_from_secret(Some(&test.salt), &test.ikm);
        let mut output = vec![0; test.size];
        let result = expander.expand_slice(&[&test.info], &mut output);
        let is_equal = result.is_ok() && output == test.okm[..];
        compare(is_equal, test.result, &format!("HKDF {}", test.tc_id), &mut counts);
    }
    assert_both(counts);
}

#[test]
fn random_bytes_fill_the_buffer_and_differ() {
    for len in [0, 1, 32, 257, 100_000] {
        let [mut a, mut b] = [vec![0; len], vec![0; len]];
        Random.fill(&mut a).expect("the kernel has random bytes");
        Random.fill(&mut b).expect("the kernel has random bytes");
        assert!(len < 32 || a != b);
        // All zero with a probability of 2^-128.
        assert!(len < 16 || a[len - 16..].iter().any(|&byte| byte != 0), "{len}");
    }
}
