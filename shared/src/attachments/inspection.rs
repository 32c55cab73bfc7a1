//! Image inspection: detects the type of an upload, decodes it, and creates a clean image and a thumbnail.
//!
//! The upload itself is not kept: its pixels are decoded, converted to sRGB, rotated to upright and encoded again. This
//! removes all metadata (such as location, camera and author) and any data hidden after the image. Dimensions are
//! checked before memory is allocated.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{self, PngEncoder};
use image::imageops::FilterType;
use image::{ColorType, DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, Rgb, RgbImage};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

use domain::attachment::{Image, MediaType, RejectionReason};

/// The maximum number of pixels: enough for current phones, and at most 400 MB while decoding.
pub const MAX_PIXELS: u64 = 50_000_000;
/// The maximum memory of a decoder, in bytes.
const MAX_DECODER_BYTES: u64 = 512 * 1024 * 1024;
/// The maximum side of a stored image, in pixels; larger images are scaled down.
pub const MAX_SIDE: u32 = 4096;
/// The maximum side of a thumbnail, in pixels.
pub const THUMBNAIL_SIDE: u32 = 320;
/// Thumbnails are smaller than this, in bytes, so that a page of 50 messages loads quickly.
pub const THUMBNAIL_BYTES: usize = 50_000;
/// WebP and GIF images with at most this many colours are drawings or screenshots, which JPEG would blur.
const FEW_COLOURS: usize = 256;
const JPEG_QUALITY: u8 = 85;

/// An inspected image.
#[derive(Debug, Clone)]
pub struct Inspected {
    /// The image, upright and without metadata.
    pub image: Vec<u8>,
    /// Its type, size and dimensions.
    pub facts: Image,
    /// A JPEG of at most 320 pixels and 50 KB.
    pub thumbnail: Vec<u8>,
}

/// Inspects an upload. `is_allowed` tells which types the settings allow.
pub fn inspect(upload: &[u8], is_allowed: impl Fn(MediaType) -> bool) -> Result<Inspected, RejectionReason> {
    let (content_type, format) = detect_type(upload)?;
    if !is_allowed(content_type) {
        return Err(RejectionReason::UnsupportedType);
    }
    // The decoder accepts truncated JPEGs and fills the rest with grey, as browsers do.
    if content_type == MediaType::Jpeg && !is_complete_jpeg(upload) {
        return Err(RejectionReason::Damaged);
    }
    let decoded = decode(upload, format).map_err(|error| reason(&error))?;
    encode(&decoded, content_type).map_err(|error| reason(&error))
}

/// Detects the type from the content, whatever type was declared.
fn detect_type(upload: &[u8]) -> Result<(MediaType, ImageFormat), RejectionReason> {
    if upload.is_empty() {
        return Err(RejectionReason::Empty);
    }
    match image::guess_format(upload) {
        Ok(ImageFormat::Jpeg) => Ok((MediaType::Jpeg, ImageFormat::Jpeg)),
        Ok(ImageFormat::Png) => Ok((MediaType::Png, ImageFormat::Png)),
        Ok(ImageFormat::WebP) => Ok((MediaType::WebP, ImageFormat::WebP)),
        Ok(ImageFormat::Gif) => Ok((MediaType::Gif, ImageFormat::Gif)),
        Ok(ImageFormat::Avif | ImageFormat::Bmp | ImageFormat::Ico | ImageFormat::Tiff) => {
            Err(RejectionReason::UnsupportedType)
        }
        _ if is_iso_media(upload) || is_svg(upload) => Err(RejectionReason::UnsupportedType),
        _ => Err(RejectionReason::NotAnImage),
    }
}

/// Whether it is HEIC or a related format (ISO/IEC 14496-12, "File type box").
fn is_iso_media(upload: &[u8]) -> bool {
    upload.get(4..8) == Some(b"ftyp")
}

fn is_svg(upload: &[u8]) -> bool {
    let start = String::from_utf8_lossy(upload.get(..1024).unwrap_or(upload)).to_lowercase();
    start.trim_start_matches('\u{feff}').trim_start().starts_with('<') && start.contains("<svg")
}

/// Whether a JPEG is complete: walks through its segments and image data to the marker `EOI` (ITU-T T.81, annex B).
/// The `EOI` of a thumbnail inside a segment does not count.
fn is_complete_jpeg(upload: &[u8]) -> bool {
    let mut rest = upload;
    while let Some(marker) = rest.iter().position(|byte| *byte == 0xFF) {
        rest = &rest[marker + 1..];
        match rest.first() {
            Some(0xD9) => return true,
            // Byte stuffing, TEM, RSTn and SOI have no length.
            Some(0x00 | 0x01 | 0xD0..=0xD8) => rest = &rest[1..],
            // A fill byte: the marker follows.
            Some(0xFF) => {}
            Some(_) => match rest.get(1..3) {
                Some(&[high, low]) => {
                    let segment = 1 + usize::from(u16::from_be_bytes([high, low]));
                    let Some(after) = rest.get(segment..) else { return false };
                    rest = after;
                }
                _ => return false,
            },
            None => return false,
        }
    }
    false
}

/// Decodes to 8 bits per channel in sRGB, rotates to upright and scales down to [`MAX_SIDE`].
fn decode(upload: &[u8], format: ImageFormat) -> Result<DynamicImage, ImageError> {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_DECODER_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(upload), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(ImageError::Limits(image::error::LimitError::from_kind(
            image::error::LimitErrorKind::DimensionError,
        )));
    }
    let orientation = decoder.orientation()?;
    // An unreadable profile is ignored.
    let profile = decoder.icc_profile().unwrap_or(None);
    let mut image = eight_bits(DynamicImage::from_decoder(decoder)?);
    if let Some(profile) = profile {
        image = to_srgb(image, &profile);
    }
    if image.width().max(image.height()) > MAX_SIDE {
        image = image.resize(MAX_SIDE, MAX_SIDE, FilterType::Triangle);
    }
    image.apply_orientation(orientation);
    Ok(image)
}

fn eight_bits(image: DynamicImage) -> DynamicImage {
    match image.color() {
        ColorType::L8 | ColorType::La8 | ColorType::Rgb8 | ColorType::Rgba8 => image,
        ColorType::L16 => DynamicImage::ImageLuma8(image.into_luma8()),
        ColorType::La16 => DynamicImage::ImageLumaA8(image.into_luma_alpha8()),
        color if color.has_alpha() => DynamicImage::ImageRgba8(image.into_rgba8()),
        _ => DynamicImage::ImageRgb8(image.into_rgb8()),
    }
}

/// Converts from the image's colour profile to sRGB: the colour of a rash must be right. The image stays unchanged if
/// the profile is unusable or for a colour space that the decoder has already converted.
fn to_srgb(image: DynamicImage, profile: &[u8]) -> DynamicImage {
    let Ok(profile) = ColorProfile::new_from_slice(profile) else { return image };
    let image = match (profile.color_space, image) {
        // Grey pixels with an RGB profile.
        (DataColorSpace::Rgb, DynamicImage::ImageLuma8(grey)) => DynamicImage::from(grey).into_rgb8().into(),
        (DataColorSpace::Rgb, DynamicImage::ImageLumaA8(grey)) => DynamicImage::from(grey).into_rgba8().into(),
        (_, image) => image,
    };
    let (layout, target) = match (profile.color_space, image.color()) {
        (DataColorSpace::Rgb, ColorType::Rgb8) => (Layout::Rgb, ColorProfile::new_srgb()),
        (DataColorSpace::Rgb, ColorType::Rgba8) => (Layout::Rgba, ColorProfile::new_srgb()),
        (DataColorSpace::Gray, ColorType::L8) => (Layout::Gray, grey_of_srgb()),
        (DataColorSpace::Gray, ColorType::La8) => (Layout::GrayAlpha, grey_of_srgb()),
        _ => return image,
    };
    let Ok(transform) = profile.create_transform_8bit(layout, &target, layout, TransformOptions::default()) else {
        return image;
    };
    let row_bytes = usize::from(image.color().bytes_per_pixel()) * usize::try_from(image.width()).unwrap_or(0);
    let mut converted = image.clone();
    let rows = image.as_bytes().chunks_exact(row_bytes.max(1));
    let all = match &mut converted {
        DynamicImage::ImageLuma8(pixels) => &mut **pixels,
        DynamicImage::ImageLumaA8(pixels) => &mut **pixels,
        DynamicImage::ImageRgb8(pixels) => &mut **pixels,
        DynamicImage::ImageRgba8(pixels) => &mut **pixels,
        _ => return image,
    };
    for (from, to) in rows.zip(all.chunks_exact_mut(row_bytes.max(1))) {
        if transform.transform(from, to).is_err() {
            return image;
        }
    }
    converted
}

fn grey_of_srgb() -> ColorProfile {
    let mut grey = ColorProfile::new_gray_with_gamma(2.2);
    grey.gray_trc = ColorProfile::new_srgb().red_trc;
    grey
}

fn encode(image: &DynamicImage, uploaded: MediaType) -> Result<Inspected, ImageError> {
    let transparent = is_transparent(image);
    let lossless = match uploaded {
        MediaType::Jpeg => false,
        MediaType::Png => true,
        MediaType::WebP | MediaType::Gif => transparent || has_few_colours(image),
    };
    let mut encoded = Vec::new();
    let opaque = if transparent { None } else { without_alpha(image) };
    let image = opaque.as_ref().unwrap_or(image);
    let content_type = if lossless {
        let png = PngEncoder::new_with_quality(&mut encoded, png::CompressionType::Default, png::FilterType::Adaptive);
        image.write_with_encoder(png)?;
        MediaType::Png
    } else {
        image.write_with_encoder(JpegEncoder::new_with_quality(&mut encoded, JPEG_QUALITY))?;
        MediaType::Jpeg
    };
    let facts = Image { content_type, size: encoded.len() as u64, width: image.width(), height: image.height() };
    Ok(Inspected { image: encoded, facts, thumbnail: thumbnail(image)? })
}

fn is_transparent(image: &DynamicImage) -> bool {
    match image {
        DynamicImage::ImageRgba8(pixels) => pixels.pixels().any(|pixel| pixel.0[3] != u8::MAX),
        DynamicImage::ImageLumaA8(pixels) => pixels.pixels().any(|pixel| pixel.0[1] != u8::MAX),
        _ => false,
    }
}

/// The image without its alpha channel, if it has one.
fn without_alpha(image: &DynamicImage) -> Option<DynamicImage> {
    match image.color() {
        ColorType::Rgba8 => Some(image.to_rgb8().into()),
        ColorType::La8 => Some(image.to_luma8().into()),
        _ => None,
    }
}

fn has_few_colours(image: &DynamicImage) -> bool {
    let mut seen = std::collections::HashSet::new();
    let bytes = usize::from(image.color().bytes_per_pixel());
    image.as_bytes().chunks_exact(bytes).all(|pixel| {
        seen.insert(pixel);
        seen.len() <= FEW_COLOURS
    })
}

/// A JPEG thumbnail on a white background. If it is too large, its quality is lowered, then its dimensions.
fn thumbnail(image: &DynamicImage) -> Result<Vec<u8>, ImageError> {
    let mut side = THUMBNAIL_SIDE;
    loop {
        let small = if image.width().max(image.height()) > side { image.thumbnail(side, side) } else { image.clone() };
        let small = on_white(small);
        for quality in [80, 60, 40] {
            let mut encoded = Vec::new();
            small.write_with_encoder(JpegEncoder::new_with_quality(&mut encoded, quality))?;
            if encoded.len() < THUMBNAIL_BYTES {
                return Ok(encoded);
            }
        }
        side /= 2;
    }
}

fn on_white(image: DynamicImage) -> DynamicImage {
    if !image.has_alpha() {
        return image;
    }
    let pixels = image.into_rgba8();
    let blended = RgbImage::from_fn(pixels.width(), pixels.height(), |x, y| {
        let [red, green, blue, alpha] = pixels.get_pixel(x, y).0;
        let blend = |channel: u8| {
            let (channel, alpha, white) = (u16::from(channel), u16::from(alpha), u16::from(u8::MAX));
            u8::try_from((channel * alpha + white * (white - alpha)) / white).unwrap_or(u8::MAX)
        };
        Rgb([blend(red), blend(green), blend(blue)])
    });
    blended.into()
}

fn reason(error: &ImageError) -> RejectionReason {
    match error {
        ImageError::Limits(_) => RejectionReason::TooManyPixels,
        ImageError::Unsupported(_) => RejectionReason::UnsupportedType,
        _ => RejectionReason::Damaged,
    }
}

#[cfg(test)]
mod tests;
