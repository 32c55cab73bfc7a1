// A small picture of an image file that is in this page's hands.
import { useEffect, useState } from "react";

export function Preview({ file }: { file: File | undefined }) {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (!file) {
      return;
    }
    const made = URL.createObjectURL(file);
    // eslint-disable-next-line react-hooks/set-state-in-effect -- the address lives exactly as long as the effect
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url === undefined ? null : <img className="preview" src={url} alt="" />;
}
