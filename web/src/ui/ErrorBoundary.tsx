// Catches what a page throws: the shell stays, and so does everything typed. Nothing is logged: an error's text could quote the page.
import { Component, type ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { useText } from "../text/TextProvider.tsx";
import { FailureNotice } from "./notices.tsx";

interface Props {
  /** Where in the app the page is: going elsewhere tries again. */
  location: string;
  children: ReactNode;
}

export class ErrorBoundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidUpdate({ location }: Props) {
    if (this.state.failed && location !== this.props.location) {
      this.setState({ failed: false });
    }
  }

  override render() {
    return this.state.failed ? <FailedPage onRetry={() => this.setState({ failed: false })} /> : this.props.children;
  }
}

function FailedPage({ onRetry }: { onRetry: () => void }) {
  const { t } = useText();
  return (
    <section className="page">
      <FailureNotice kind="server" what={t("broken")}>
        <Button className="button" onPress={onRetry}>
          {t("retry")}
        </Button>
      </FailureNotice>
    </section>
  );
}
