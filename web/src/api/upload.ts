// Uploads an image exactly as the API asked; with XMLHttpRequest, because fetch reports no progress.
import { Failure, failureOf } from "./failure.ts";
import type { AnnouncedAttachment } from "./types.ts";

export interface UploadOptions {
  onProgress?: (fraction: number) => void;
  signal?: AbortSignal;
}

/** Resolves once the bucket has stored the file. */
export function upload(to: AnnouncedAttachment["upload"], file: Blob, { onProgress, signal }: UploadOptions = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = (failure: Failure) => {
      signal?.removeEventListener("abort", stop);
      reject(failure);
    };
    const stop = () => request.abort();
    request.open(to.method, to.url);
    for (const [name, value] of Object.entries(to.headers)) {
      request.setRequestHeader(name, value);
    }
    request.upload.onprogress = ({ lengthComputable, loaded, total }) => {
      if (lengthComputable && total > 0) {
        onProgress?.(loaded / total);
      }
    };
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) {
        signal?.removeEventListener("abort", stop);
        onProgress?.(1);
        resolve();
      } else {
        // The bucket answers 403 when the URL has expired: announcing the image again gives a new one.
        fail(request.status === 403 ? new Failure("timeout", { status: 403 }) : failureOf(request.status, undefined, null));
      }
    };
    request.onerror = () => fail(new Failure("offline"));
    request.ontimeout = () => fail(new Failure("timeout"));
    request.onabort = () => fail(new Failure("cancelled"));
    if (signal?.aborted) {
      fail(new Failure("cancelled"));
      return;
    }
    signal?.addEventListener("abort", stop, { once: true });
    request.send(file);
  });
}
