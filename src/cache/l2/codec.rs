//! How an entry is written for the shared layer: a small header, then the value.
//!
//! Redis holds what any build and any hand put there, so every byte is doubted: a value that is cut
//! off, changed or of another make reads as nothing. The first bytes are those that Redis itself
//! compares, to keep the later of two entries.

use std::time::Duration;

use bytes::{Buf, BufMut, Bytes};

use crate::cache::{Class, Entry, Lifetime};
use crate::clock::Timestamp;
use crate::content_clock::{AsOf, Epoch, Provenance, TagHash, TagSet};

/// Goes up when the header changes. It stands in the key, so builds that disagree do not meet.
pub const FORMAT: u32 = 1;
/// What every entry begins with.
const MAGIC: [u8; 4] = *b"MHE1";
/// Which entry it is among those of its key: magic, seq, when it was stored.
pub const IDENTITY: usize = 20;
/// Everything before the tags: identity, checksum, compression, lifetime, cost, number of tags, length.
const HEADER: usize = IDENTITY + 4 + 1 + 3 * 8 + 8 + 4 + 4;
/// A value that claims to be larger is not unpacked.
const LARGEST: usize = 64 << 20;
/// A compromise of zstd's that costs little time.
const LEVEL: i32 = 3;

const PLAIN: u8 = 0;
const ZSTD: u8 = 1;

/// Writes an entry. A value of more than `compress_above` bytes is compressed where that helps.
pub fn encode<C: Class>(entry: &Entry<C::Value>, compress_above: usize) -> Vec<u8> {
    let value = C::encode(&entry.value);
    let length = value.len();
    let packed = (C::COMPRESSIBLE && length > compress_above)
        .then(|| zstd::bulk::compress(&value, LEVEL).ok())
        .flatten()
        .filter(|packed| packed.len() < length);
    let (how, body) = packed.map_or((PLAIN, value), |packed| (ZSTD, packed));
    let tags = entry.provenance.tags.hashes();
    let mut out = Vec::with_capacity(HEADER + 8 * tags.len() + body.len());
    out.put_slice(&MAGIC);
    out.put_u64(entry.provenance.as_of.seq);
    out.put_i64(entry.stored_at.0);
    out.put_u32(0);
    out.put_u8(how);
    let Lifetime { fresh, stale_while_revalidate, stale_if_error } = entry.lifetime;
    for span in [fresh, stale_while_revalidate, stale_if_error, entry.cost] {
        out.put_u64(u64::try_from(span.as_micros()).unwrap_or(u64::MAX));
    }
    out.put_u32(u32::try_from(tags.len()).unwrap_or(u32::MAX));
    out.put_u32(u32::try_from(length).unwrap_or(u32::MAX));
    for tag in tags {
        out.put_u64(tag.0);
    }
    out.put_slice(&body);
    let sum = checksum(&out);
    out[IDENTITY..IDENTITY + 4].copy_from_slice(&sum.to_be_bytes());
    out
}

/// Reads an entry of an epoch; `None` where it is none.
pub fn decode<C: Class>(mut bytes: Bytes, epoch: Epoch) -> Option<Entry<C::Value>> {
    if bytes.len() < HEADER || !bytes.starts_with(&MAGIC) {
        return None;
    }
    let sum = checksum(&bytes);
    bytes.advance(MAGIC.len());
    let as_of = AsOf { epoch, seq: bytes.get_u64() };
    let stored_at = Timestamp(bytes.get_i64());
    if bytes.get_u32() != sum {
        return None;
    }
    let how = bytes.get_u8();
    let [fresh, stale_while_revalidate, stale_if_error, cost] =
        std::array::from_fn(|_| Duration::from_micros(bytes.get_u64()));
    let tags = usize::try_from(bytes.get_u32()).ok()?;
    let length = usize::try_from(bytes.get_u32()).ok()?;
    if bytes.remaining() / 8 < tags {
        return None;
    }
    let tags = TagSet::from_hashes((0..tags).map(|_| TagHash(bytes.get_u64())));
    let value = match how {
        PLAIN => bytes,
        ZSTD if length <= LARGEST => zstd::bulk::decompress(&bytes, length).ok()?.into(),
        _ => return None,
    };
    if value.len() != length {
        return None;
    }
    Some(Entry {
        value: C::decode(value)?,
        provenance: Provenance::new(as_of, tags),
        stored_at,
        lifetime: Lifetime { fresh, stale_while_revalidate, stale_if_error },
        cost,
    })
}

/// What tells an entry from the others of its key.
pub fn identity(entry_seq: u64, stored_at: Timestamp) -> [u8; IDENTITY] {
    let mut identity = [0; IDENTITY];
    let mut out = identity.as_mut_slice();
    out.put_slice(&MAGIC);
    out.put_u64(entry_seq);
    out.put_i64(stored_at.0);
    identity
}

/// The CRC-32 of all but the place where it stands.
fn checksum(bytes: &[u8]) -> u32 {
    let mut sum = flate2::Crc::new();
    sum.update(&bytes[..IDENTITY]);
    sum.update(&bytes[IDENTITY + 4..]);
    sum.sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Raw;

    impl Class for Raw {
        const NAME: &'static str = "raw";
        const VERSION: u32 = 1;
        type Value = Bytes;

        fn weight(value: &Bytes) -> usize {
            value.len()
        }

        fn encode(value: &Bytes) -> Vec<u8> {
            value.to_vec()
        }

        fn decode(bytes: Bytes) -> Option<Bytes> {
            Some(bytes)
        }
    }

    const EPOCH: Epoch = Epoch(9);

    fn entry(value: Vec<u8>, seq: u64, tags: &[u64]) -> Entry<Bytes> {
        let tags = TagSet::from_hashes(tags.iter().copied().map(TagHash));
        Entry {
            value: value.into(),
            provenance: Provenance::new(AsOf { epoch: EPOCH, seq }, tags),
            stored_at: Timestamp(-5),
            lifetime: Lifetime {
                fresh: Duration::from_micros(1),
                stale_while_revalidate: Duration::from_secs(2),
                stale_if_error: Duration::from_hours(3),
            },
            cost: Duration::from_millis(4),
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            value in prop::collection::vec(0..4_u8, 0..2000),
            seq: u64,
            tags in prop::collection::vec(any::<u64>(), 0..20),
            compress_above in 0..2000_usize,
        ) {
            let entry = entry(value, seq, &tags);
            let bytes = encode::<Raw>(&entry, compress_above);
            prop_assert!(bytes.starts_with(&identity(seq, entry.stored_at)));
            let read = decode::<Raw>(bytes.into(), EPOCH).unwrap();
            prop_assert_eq!(format!("{read:?}"), format!("{entry:?}"));
        }

        #[test]
        fn what_is_changed_or_cut_off_is_nothing(at: prop::sample::Index, bit in 0..8_u8) {
            let good = encode::<Raw>(&entry(vec![7; 500], 3, &[1, 2]), 100);
            let at = at.index(good.len());
            let mut flipped = good.clone();
            flipped[at] ^= 1 << bit;
            prop_assert!(decode::<Raw>(flipped.into(), EPOCH).is_none());
            prop_assert!(decode::<Raw>(good[..at].to_vec().into(), EPOCH).is_none());
        }

        #[test]
        fn no_bytes_make_it_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(decode::<Raw>(bytes.clone().into(), EPOCH).is_none());
            // With a beginning and a checksum that are right, the rest is read.
            if bytes.len() >= HEADER {
                bytes[..MAGIC.len()].copy_from_slice(&MAGIC);
                let sum = checksum(&bytes).to_be_bytes();
                bytes[IDENTITY..IDENTITY + 4].copy_from_slice(&sum);
                let _ = decode::<Raw>(bytes.into(), EPOCH);
            }
        }
    }
}
