// Images on their way to a conversation: announced, uploaded with progress, retried or removed.
import { v7 as uuidv7 } from "uuid";
import type { Api } from "../api/client.ts";
import { asFailure, Failure, type FailureKind } from "../api/failure.ts";
import { limits } from "../api/limits.ts";
import type { Settings } from "../api/types.ts";
import { upload } from "../api/upload.ts";
import type { DraftImage } from "./Drafts.ts";
import { Observable } from "./Observable.ts";

export interface Upload {
  readonly key: string;
  readonly file: File;
  readonly progress: number;
  readonly state: "uploading" | "failed";
  readonly failure?: FailureKind;
}

interface Options {
  api: Pick<Api, "announceAttachment">;
  settings: Settings["attachments"];
  conversationId: string;
  onUploaded: (image: DraftImage, file: File) => void;
  send?: typeof upload;
}

/** The uploads of one composer. A finished upload moves to the draft. */
export class Uploads extends Observable {
  readonly #options: Options;
  readonly #stops = new Map<string, AbortController>();
  #uploads: readonly Upload[] = [];

  constructor(options: Options) {
    super();
    this.#options = options;
  }

  readonly all = (): readonly Upload[] => this.#uploads;

  add(files: Iterable<File>): void {
    for (const file of files) {
      const key = uuidv7();
      this.#set([...this.#uploads, { key, file, progress: 0, state: "uploading" }]);
      void this.#run(key, file);
    }
  }

  retry(key: string): void {
    const failed = this.#uploads.find((one) => one.key === key && one.state === "failed");
    if (failed) {
      this.#replace({ key, file: failed.file, progress: 0, state: "uploading" });
      void this.#run(key, failed.file);
    }
  }

  remove(key: string): void {
    this.#stops.get(key)?.abort();
    this.#set(this.#uploads.filter((one) => one.key !== key));
  }

  async #run(key: string, file: File): Promise<void> {
    const stop = new AbortController();
    this.#stops.set(key, stop);
    try {
      const image = await this.#upload(key, file, stop.signal);
      if (!stop.signal.aborted) {
        this.#set(this.#uploads.filter((one) => one.key !== key));
        this.#options.onUploaded(image, file);
      }
    } catch (error) {
      this.#replace({ key, file, progress: 0, state: "failed", failure: asFailure(error).kind });
    } finally {
      this.#stops.delete(key);
    }
  }

  async #upload(key: string, file: File, signal: AbortSignal): Promise<DraftImage> {
    const { api, conversationId, settings, send = upload } = this.#options;
    const refused = refusal(file, settings);
    if (refused) {
      throw new Failure(refused);
    }
    const announced = await api.announceAttachment(conversationId, {
      contentType: file.type,
      size: file.size,
      fileName: file.name.slice(0, limits.NewAttachment.fileName.maxLength),
    });
    const onProgress = (progress: number) => this.#replace({ key, file, progress, state: "uploading" });
    await send(announced.upload, file, { signal, onProgress });
    return { id: announced.id, name: file.name };
  }

  #replace(changed: Upload): void {
    this.#set(this.#uploads.map((one) => (one.key === changed.key ? changed : one)));
  }

  #set(uploads: readonly Upload[]): void {
    this.#uploads = uploads;
    this.changed();
  }
}

/** Why the API would refuse a file; it is refused before anything is sent. */
export function refusal(file: { size: number; type: string }, settings: Settings["attachments"]): FailureKind | undefined {
  if (file.size > settings.maxBytes) {
    return "too-large";
  }
  if (file.size === 0) {
    return "invalid";
  }
  // A file without a type may still be an image: the API looks at its name.
  return file.type !== "" && !settings.contentTypes.includes(file.type) ? "unsupported-type" : undefined;
}
