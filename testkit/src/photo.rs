//! Photos as phones make them, and files that only pretend to be photos.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _, Rgb, RgbImage};

/// A photo-like image: red at its left, blue at its right, with noise that takes space.
pub fn photo(width: u32, height: u32) -> RgbImage {
    let mut seed = 1u32;
    RgbImage::from_fn(width, height, |x, _| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [_, a, b, c] = seed.to_be_bytes().map(|byte| byte % 22);
        if x < width / 2 { Rgb([220 + a, b, c]) } else { Rgb([a, b, 220 + c]) }
    })
}

/// Pixels as a JPEG.
pub fn jpeg(pixels: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(pixels).expect("encoded");
    bytes
}

/// A JPEG with segments after its beginning.
pub fn with_segments(jpeg: &[u8], segments: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = jpeg[..2].to_vec();
    for (marker, body) in segments {
        bytes.extend([0xFF, *marker]);
        bytes.extend(u16::try_from(body.len() + 2).expect("a segment has at most 64 KB").to_be_bytes());
        bytes.extend(body);
    }
    bytes.extend(&jpeg[2..]);
    bytes
}

/// A phone's photo: turned by an orientation, with a GPS position and a camera's name in EXIF, with XMP and a comment.
pub fn phone_photo(width: u32, height: u32, orientation: u8) -> Vec<u8> {
    let xmp = [b"http://ns.adobe.com/xap/1.0/\0".as_slice(), b"<x:xmpmeta>GPSLatitude</x:xmpmeta>"].concat();
    let segments = [(0xE1, exif(orientation)), (0xE1, xmp), (0xFE, b"a comment about Ana".to_vec())];
    with_segments(&jpeg(&photo(width, height)), &segments)
}

/// Parts of a phone's photo that say more than the picture does.
pub const TELLING: [&[u8]; 6] = [b"Exif", b"GPS", b"xmp", b"Cam\0", b"Ana", b"ICC_PROFILE"];

/// EXIF with an orientation, a GPS position and a camera's name (CIPA DC-008).
pub fn exif(orientation: u8) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        let mut bytes = tag.to_le_bytes().to_vec();
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(value);
        bytes
    };
    let mut bytes = b"Exif\0\0II*\0\x08\0\0\0".to_vec();
    bytes.extend(3u16.to_le_bytes());
    bytes.extend(entry(0x010F, 2, 4, *b"Cam\0"));
    bytes.extend(entry(0x0112, 3, 1, [orientation, 0, 0, 0]));
    bytes.extend(entry(0x8825, 4, 1, 50u32.to_le_bytes()));
    bytes.extend([0; 4]);
    bytes.extend(2u16.to_le_bytes());
    bytes.extend(entry(1, 2, 2, *b"N\0\0\0"));
    bytes.extend(entry(3, 2, 2, *b"E\0\0\0"));
    bytes.extend([0; 4]);
    bytes
}

/// A PNG of a few bytes that claims more pixels than they hold.
pub fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(&[0], 1, 1, ExtendedColorType::L8).expect("encoded");
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

/// The checksum of a PNG's chunk (ISO/IEC 15948, annex D).
fn crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 };
        }
    }
    !crc
}

/// Whether bytes contain a part.
pub fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
