//! Percent-encoding of addresses (RFC 3986, section 2.1), read only.

/// The text that an address spells; what is no encoding of UTF-8 stays as it is.
pub(super) fn decode(address: &str) -> String {
    let bytes = address.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let pair = bytes.get(i + 1).zip(bytes.get(i + 2));
        match pair.and_then(|(&high, &low)| hex(high).zip(hex(low))) {
            Some((high, low)) if bytes[i] == b'%' => {
                decoded.push(high * 16 + low);
                i += 3;
            }
            _ => {
                decoded.push(bytes[i]);
                i += 1;
            }
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|_| address.to_owned())
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn addresses_are_decoded() {
        assert_eq!(decode("/a%20b/%C3%BC"), "/a b/ü");
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%zz%4"), "%zz%4");
        assert_eq!(decode("%ff"), "%ff");
    }
}
