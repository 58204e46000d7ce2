//! The path of a value in a JSON text, for error messages.

/// The number of values that only paths need: zero without the Cargo feature `error-path`.
const KEPT: usize = cfg!(feature = "error-path") as usize;

/// A value that only paths need.
#[cfg(feature = "error-path")]
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) struct ForPath<T>(T);

#[cfg(feature = "error-path")]
impl<T: Copy> ForPath<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(value)
    }

    pub(crate) const fn get(self) -> T {
        self.0
    }
}

/// A placeholder for a value that only paths need.
#[cfg(not(feature = "error-path"))]
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) struct ForPath<T>(core::marker::PhantomData<T>);

#[cfg(not(feature = "error-path"))]
impl<T: Default> ForPath<T> {
    pub(crate) const fn new(_: T) -> Self
    where
        T: Copy,
    {
        Self(core::marker::PhantomData)
    }

    pub(crate) fn get(self) -> T {
        T::default()
    }
}

/// The maximum length of a path, in bytes.
const SIZE: usize = 80;
const CUT: &[u8] = "…".as_bytes();

/// The path from the root of a JSON text to a value: `orders[2].price`. It is built from its end to
/// its start. If the start doesn't fit, `…` replaces it.
#[derive(Copy, Clone, PartialEq, Eq)]
pub(crate) struct Path([Text; KEPT]);

impl Path {
    pub(crate) const EMPTY: Self = Self([Text::EMPTY; KEPT]);

    /// The path, which is empty at the root, and without the feature `error-path`.
    pub(crate) fn as_str(&self) -> &str {
        self.0.first().map(Text::as_str).unwrap_or_default()
    }

    /// Goes out of the field `name`.
    pub(crate) fn prepend_name(&mut self, name: &str) {
        if let Some(text) = self.0.first_mut() {
            text.prepend_name(name);
        }
    }

    /// Goes out of the element at `index`.
    pub(crate) fn prepend_index(&mut self, index: usize) {
        if let Some(text) = self.0.first_mut() {
            text.prepend_index(index);
        }
    }
}

#[derive(Copy, Clone, PartialEq, Eq)]
struct Text {
    bytes: [u8; SIZE],
    /// The start of the path in `bytes`. It ends at their end.
    start: u8,
    is_cut: bool,
}

impl Text {
    const EMPTY: Self = Self { bytes: [0; SIZE], start: SIZE as u8, is_cut: false };

    fn as_str(&self) -> &str {
        str::from_utf8(self.bytes.get(self.start.into()..).unwrap_or_default()).unwrap_or_default()
    }

    fn prepend_name(&mut self, name: &str) {
        let is_last = matches!(self.bytes.get(usize::from(self.start)), None | Some(b'['));
        self.prepend(&[name.as_bytes(), if is_last { b"" } else { b"." }]);
    }

    fn prepend_index(&mut self, index: usize) {
        let mut digits = [0; 20];
        let mut cursor = crate::bytes::cursor::Cursor::new(&mut digits);
        cursor.push_number(index as u64);
        let is_last = matches!(self.bytes.get(usize::from(self.start)), None | Some(b'['));
        self.prepend(&[b"[", cursor.into_written(), if is_last { b"]" } else { b"]." }]);
    }

    /// Prepends all the pieces, or `…` if they don't fit.
    fn prepend(&mut self, pieces: &[&[u8]]) {
        let length: usize = pieces.iter().map(|piece| piece.len()).sum();
        if self.is_cut {
            return;
        }
        let pieces = if length + CUT.len() > self.start.into() {
            self.is_cut = true;
            &[CUT]
        } else {
            pieces
        };
        for piece in pieces.iter().rev() {
            self.start -= piece.len() as u8;
            let place = self.bytes.get_mut(self.start.into()..).unwrap_or_default();
            place.iter_mut().zip(*piece).for_each(|(to, from)| *to = *from);
        }
    }
}

#[cfg(all(test, feature = "error-path"))]
mod tests {
    use super::*;

    #[test]
    fn leads_from_the_root() {
        let mut path = Path::EMPTY;
        assert_eq!(path.as_str(), "");
        path.prepend_name("price");
        assert_eq!(path.as_str(), "price");
        path.prepend_index(12);
        path.prepend_index(0);
        path.prepend_name("é");
        assert_eq!(path.as_str(), "é[0][12].price");
        path.prepend_name("orders");
        assert_eq!(path.as_str(), "orders.é[0][12].price");
    }

    #[test]
    fn is_truncated_at_its_start() {
        for length in 0..SIZE + 2 {
            let mut path = Path::EMPTY;
            path.prepend_name("ab");
            path.prepend_name(&"é".repeat(length));
            path.prepend_name("more");
            let text = path.as_str();
            assert!(text.ends_with("ab") && text.len() <= SIZE);
            assert!(text.starts_with("more.é") || text.starts_with('…') || length == 0, "{text}");
        }
    }
}
