//! Points of elliptic curves.

use p256::elliptic_curve::array::typenum::Unsigned;
use p256::elliptic_curve::point::AffineCoordinates;
use p256::elliptic_curve::{AffinePoint, CurveArithmetic, FieldBytes, FieldBytesSize};

/// The first byte of an uncompressed point. TLS 1.3 has no other form ([RFC 8446, section
/// 4.2.8.2](https://www.rfc-editor.org/rfc/rfc8446#section-4.2.8.2)), and neither have the
/// certificates of public authorities. Decompression would add 6 KB.
const UNCOMPRESSED: u8 = 4;

/// Reads an uncompressed point ([SEC 1, section 2.3.4](https://www.secg.org/sec1-v2.pdf)). Returns
/// `None` if it is in another form, or isn't on the curve.
pub(super) fn point<C>(bytes: &[u8]) -> Option<AffinePoint<C>>
where
    C: CurveArithmetic,
    AffinePoint<C>: AffineCoordinates<FieldRepr = FieldBytes<C>>,
{
    let (first, coordinates) = bytes.split_first()?;
    let (x, y) = coordinates.split_at_checked(FieldBytesSize::<C>::USIZE)?;
    if *first != UNCOMPRESSED {
        return None;
    }
    AffinePoint::<C>::from_coordinates(x.try_into().ok()?, y.try_into().ok()?).into_option()
}
