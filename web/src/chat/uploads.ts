// Images on their way to a conversation: announced, uploaded with progress, retried or removed.
import { v7 as uuidv7 } from "uuid";
import type { Api } from "../api/client.ts";
import { asFailure, type FailureKind } from "../api/failure.ts";
import type { Settings } from "../api/types.ts";
import { upload } from "../api/upload.ts";
import type { DraftImage } from "./drafts.ts";
import { Signal } from "./signal.ts";

export interface Upload {
  readonly key: string;
  readonly name: string;
  readonly file: File;
  readonly progress: number;
  readonly state: "uploading" | "failed";
  readonly failure?: FailureKind;
}

interface Options {
  api: Pick<Api, "announceAttachment">;
  limits: Settings["attachments"];
  conversationId: string;
  onUploaded: (image: DraftImage, file: File) => void;
  send?: typeof upload;
}

/** The uploads of one composer. What is uploaded leaves it, into the draft. */
export class Uploads extends Signal {
  readonly #options: Options;
  readonly #stops = new Map<string, AbortController>();
  #uploads: readonly Upload[] = [];

  constructor(options: Options) {
    super();
    this.#options = options;
  }

  readonly all = (): readonly Upload[] => this.#uploads;

  get busy(): boolean {
    return this.#uploads.some(({ state }) => state === "uploading");
  }

  add(files: Iterable<File>): void {
    for (const file of files) {
      const one: Upload = { key: uuidv7(), name: file.name, file, progress: 0, state: "uploading" };
      this.#put([...this.#uploads, one]);
      void this.#run(one);
    }
  }

  retry(key: string): void {
    const one = this.#uploads.find((upload) => upload.key === key && upload.state === "failed");
    if (one) {
      const again: Upload = { key, name: one.name, file: one.file, progress: 0, state: "uploading" };
      this.#change(key, again);
      void this.#run(again);
    }
  }

  remove(key: string): void {
    this.#stops.get(key)?.abort();
    this.#put(this.#uploads.filter((one) => one.key !== key));
  }

  async #run(one: Upload): Promise<void> {
    const { api, conversationId, limits, onUploaded, send = upload } = this.#options;
    const { key, name, file } = one;
    const stop = new AbortController();
    this.#stops.set(key, stop);
    try {
      const refused = refusal(file, limits);
      if (refused) {
        this.#change(key, { ...one, state: "failed", failure: refused });
        return;
      }
      const announced = await api.announceAttachment(conversationId, {
        contentType: file.type,
        size: file.size,
        fileName: name.slice(0, 255),
      });
      await send(announced.upload, file, {
        signal: stop.signal,
        onProgress: (progress) => this.#change(key, { ...one, progress }),
      });
      if (!stop.signal.aborted) {
        this.#put(this.#uploads.filter((other) => other.key !== key));
        onUploaded({ id: announced.id, name }, file);
      }
    } catch (error) {
      this.#change(key, { ...one, state: "failed", failure: asFailure(error).kind });
    } finally {
      this.#stops.delete(key);
    }
  }

  #change(key: string, to: Upload): void {
    this.#put(this.#uploads.map((one) => (one.key === key ? to : one)));
  }

  #put(uploads: readonly Upload[]): void {
    this.#uploads = uploads;
    this.changed();
  }
}

/** What the API would refuse anyway is told before anything is sent. */
export function refusal(file: { size: number; type: string }, limits: Settings["attachments"]): FailureKind | undefined {
  if (file.size > limits.maxBytes) {
    return "too-large";
  }
  // A file without a type may be an image all the same: the API looks at its name.
  return file.size === 0 ? "invalid" : file.type !== "" && !limits.contentTypes.includes(file.type) ? "unsupported-type" : undefined;
}
