import { Component, type ReactNode } from "react";
import { Failure } from "./states.tsx";

/** Keeps a page that breaks from taking the others along: it says so, until another page is asked for. */
export class Guard extends Component<
  { readonly place: string; readonly children: ReactNode },
  { readonly broken: string | undefined }
> {
  override state: { readonly broken: string | undefined } = { broken: undefined };

  override componentDidCatch(): void {
    this.setState({ broken: this.props.place });
  }

  static getDerivedStateFromError(): { readonly broken: string } {
    return { broken: "" };
  }

  override componentDidUpdate({ place }: { readonly place: string }): void {
    const { broken } = this.state;
    const hasMoved = broken !== undefined && place !== this.props.place;
    if (hasMoved) this.setState({ broken: undefined });
  }

  override render(): ReactNode {
    if (this.state.broken === undefined) return this.props.children;
    return <Failure error={undefined} again={() => this.setState({ broken: undefined })} />;
  }
}
