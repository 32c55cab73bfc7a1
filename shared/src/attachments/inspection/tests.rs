//! Tests of the inspection with generated images (rotated, wide-gamut, truncated, too large) and with other files.

use image::{ExtendedColorType, ImageEncoder, Rgba, RgbaImage};
use testkit::photo::{TELLING, bomb, contains, exif, jpeg, phone_photo, photo, with_segments};

use super::*;

fn any(_: MediaType) -> bool {
    true
}

fn low(number: u32) -> u8 {
    number.to_be_bytes()[3]
}

fn decoded(bytes: &[u8]) -> DynamicImage {
    image::load_from_memory(bytes).unwrap()
}

fn png_of(pixels: &RgbaImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = PngEncoder::new(&mut bytes);
    encoder.write_image(pixels, pixels.width(), pixels.height(), ExtendedColorType::Rgba8).unwrap();
    bytes
}

#[test]
fn a_rotated_photo_becomes_upright_and_loses_its_metadata() {
    let upload = phone_photo(640, 480, 6);
    assert!(contains(&upload, b"Exif") && contains(&upload, b"Ana"));
    let found = inspect(&upload, any).unwrap();
    let size = found.image.len() as u64;
    let facts = Image { content_type: MediaType::Jpeg, size, width: 480, height: 640 };
    assert_eq!(found.facts, facts, "orientation 6 is rotated by 90 degrees");
    let upright = decoded(&found.image).into_rgb8();
    // The left side is at the top after a rotation to the right.
    assert!(upright.get_pixel(240, 60).0[0] > 180 && upright.get_pixel(240, 580).0[2] > 180);
    for bytes in [&found.image, &found.thumbnail] {
        for hidden in TELLING {
            assert!(!contains(bytes, hidden), "{}", String::from_utf8_lossy(hidden));
        }
    }
    let thumbnail = decoded(&found.thumbnail);
    assert_eq!((thumbnail.width(), thumbnail.height()), (240, 320));
}

#[test]
fn all_orientations_become_upright() {
    for orientation in 1..=8 {
        let upload = with_segments(&jpeg(&photo(64, 32)), &[(0xE1, exif(orientation))]);
        let facts = inspect(&upload, any).unwrap().facts;
        let turned = orientation >= 5;
        assert_eq!((facts.width, facts.height), if turned { (32, 64) } else { (64, 32) }, "{orientation}");
    }
}

#[test]
fn colours_are_converted_to_srgb() {
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    let plain = RgbImage::from_pixel(64, 64, Rgb([200, 120, 120]));
    let body = [b"ICC_PROFILE\0\x01\x01".as_slice(), &profile].concat();
    let upload = with_segments(&jpeg(&plain), &[(0xE2, body)]);
    let found = decoded(&inspect(&upload, any).unwrap().image).into_rgb8();
    let [red, green, blue] = found.get_pixel(32, 32).0;
    // Display P3 has a wider gamut: the same colour has more extreme values in sRGB.
    assert!(red > 205 && green < 120 && blue < 120, "{:?}", found.get_pixel(32, 32));
    let broken = [b"ICC_PROFILE\0\x01\x01".as_slice(), &[7; 300]].concat();
    let upload = with_segments(&jpeg(&plain), &[(0xE2, broken)]);
    let kept = decoded(&inspect(&upload, any).unwrap().image).into_rgb8();
    assert!(kept.get_pixel(32, 32).0[0].abs_diff(200) < 4, "an image with a broken profile is accepted");
}

#[test]
fn a_jpeg_truncated_anywhere_is_damaged() {
    let upload = with_segments(&jpeg(&photo(640, 480)), &[(0xE1, exif(1))]);
    for parts in 1..20 {
        let cut = &upload[..upload.len() * parts / 20];
        assert_eq!(inspect(cut, any).err(), Some(RejectionReason::Damaged), "{parts}/20");
    }
    assert_eq!(
        inspect(&upload[..upload.len() - 2], any).err(),
        Some(RejectionReason::Damaged),
        "only the EOI marker is missing"
    );
    let png = png_of(&RgbaImage::from_fn(200, 200, |x, y| Rgba([low(x * y), low(x), low(y), 255])));
    assert_eq!(inspect(&png[..png.len() / 2], any).err(), Some(RejectionReason::Damaged));
}

#[test]
fn the_end_marker_of_an_embedded_thumbnail_does_not_count() {
    let mut with_thumbnail = exif(1);
    with_thumbnail.extend(jpeg(&photo(32, 32)));
    let upload = with_segments(&jpeg(&photo(640, 480)), &[(0xE1, with_thumbnail)]);
    assert!(inspect(&upload, any).is_ok());
    assert_eq!(inspect(&upload[..upload.len() - 100], any).err(), Some(RejectionReason::Damaged));
}

fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[test]
fn too_many_pixels_are_rejected_before_memory_is_allocated() {
    let before = peak_memory();
    for (width, height) in [(20_000, 20_000), (65_535, 65_535), (2_000_000_000, 1), (50_001, 1_000)] {
        assert_eq!(
            inspect(&bomb(width, height), any).err(),
            Some(RejectionReason::TooManyPixels),
            "{width} x {height}"
        );
    }
    let used = peak_memory() - before;
    assert!(used < 300 * 1024 * 1024, "{used} bytes for 400 million pixels that must not be decoded");
    assert_eq!(
        inspect(&bomb(100, 100), any).err(),
        Some(RejectionReason::Damaged),
        "few enough pixels, but without data"
    );
}

#[test]
fn other_files_are_rejected_with_a_reason() {
    let cases: [(&[u8], RejectionReason); 9] = [
        (b"", RejectionReason::Empty),
        (b"My potassium is 6.1", RejectionReason::NotAnImage),
        (b"%PDF-1.7", RejectionReason::NotAnImage),
        (b"<html><script>alert(1)</script></html>", RejectionReason::NotAnImage),
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", RejectionReason::UnsupportedType),
        (b"\xef\xbb\xbf<?xml version=\"1.0\"?>\n<!-- x --><SVG/>", RejectionReason::UnsupportedType),
        (b"\0\0\0\x18ftypheic\0\0\0\0", RejectionReason::UnsupportedType),
        (b"II*\0\x08\0\0\0", RejectionReason::UnsupportedType),
        (b"\xff\xd8\xff", RejectionReason::Damaged),
    ];
    for (upload, reason) in cases {
        assert_eq!(inspect(upload, any).err(), Some(reason), "{}", String::from_utf8_lossy(upload));
    }
    let upload = jpeg(&photo(8, 8));
    assert_eq!(inspect(&upload, |allowed| allowed == MediaType::Png).err(), Some(RejectionReason::UnsupportedType));
}

#[test]
fn drawings_stay_lossless_and_photos_become_jpeg() {
    let kind = |upload: &[u8]| inspect(upload, any).unwrap().facts.content_type;
    let webp = |pixels: &RgbaImage| {
        let mut bytes = Vec::new();
        let encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut bytes);
        encoder.encode(pixels, pixels.width(), pixels.height(), ExtendedColorType::Rgba8).unwrap();
        bytes
    };
    let drawn = RgbaImage::from_fn(200, 200, |x, _| Rgba([if x < 100 { 9 } else { 200 }, 0, 0, 255]));
    let colourful = RgbaImage::from_fn(200, 200, |x, y| Rgba([low(x), low(y), low(x + y), 255]));
    let transparent = RgbaImage::from_fn(200, 200, |x, y| Rgba([low(x), low(y), 9, 128]));
    assert_eq!(kind(&webp(&colourful)), MediaType::Jpeg);
    assert_eq!(kind(&webp(&drawn)), MediaType::Png, "few colours");
    assert_eq!(kind(&webp(&transparent)), MediaType::Png);
    assert_eq!(kind(&png_of(&colourful)), MediaType::Png);
    let mut gif = Vec::new();
    {
        let mut encoder = image::codecs::gif::GifEncoder::new(&mut gif);
        let frames =
            [Rgba([255, 0, 0, 255]), Rgba([0, 0, 255, 255])].map(|colour| RgbaImage::from_pixel(40, 20, colour));
        encoder.encode_frames(frames.map(image::Frame::new)).unwrap();
    }
    let found = inspect(&gif, any).unwrap();
    assert_eq!((found.facts.content_type, found.facts.width), (MediaType::Png, 40));
    assert_eq!(decoded(&found.image).into_rgb8().get_pixel(5, 5).0, [255, 0, 0], "the first frame");
    let see_through = inspect(&webp(&RgbaImage::from_pixel(8, 8, Rgba([0, 0, 0, 0]))), any).unwrap();
    assert!(
        decoded(&see_through.thumbnail).into_rgb8().get_pixel(4, 4).0[0] > 250,
        "thumbnails have a white background"
    );
}

#[test]
fn large_images_are_scaled_down_and_thumbnails_are_always_small() {
    let mut seed = 1u32;
    let noise = RgbImage::from_fn(5000, 100, |_, _| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [a, b, c, _] = seed.to_be_bytes();
        Rgb([a, b, c])
    });
    let found = inspect(&jpeg(&noise), any).unwrap();
    assert_eq!((found.facts.width, found.facts.height), (4096, 82));
    let square = RgbImage::from_fn(320, 320, |x, y| *noise.get_pixel((x * 320 + y) % 5000, (x * 320 + y) / 5000));
    assert!(inspect(&jpeg(&square), any).unwrap().thumbnail.len() < THUMBNAIL_BYTES, "even for noise");
}
