// A small picture of an image file that this page holds.
import { useEffect, useState } from "react";

export function FileThumbnail({ file }: { file: File | undefined }) {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (!file) {
      return;
    }
    const created = URL.createObjectURL(file);
    // eslint-disable-next-line react-hooks/set-state-in-effect -- the URL lives exactly as long as the effect
    setUrl(created);
    return () => URL.revokeObjectURL(created);
  }, [file]);
  return url === undefined ? null : <img className="preview" src={url} alt="" />;
}
