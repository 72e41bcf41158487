/** What a visitor sent after a refusal. */
export interface Appeal {
  readonly id: string;
  readonly at: number;
  /** The decision it is about, as shown on the page; may be empty. */
  readonly reference: string;
  readonly code: string;
  readonly text: string;
  readonly contact: string;
  /** Salted device key, so that staff can lift the refusal for it. */
  readonly device: string;
}

/** Where appeals go: the server's table, or a file of a gateway that runs alone. */
export type AppealSink = (appeal: Appeal) => Promise<void>;

/** Requests waiting for a person, from the step `review`. */
export type ReviewSink = (review: {
  readonly reference: string;
  readonly codes: readonly string[];
  readonly device: string;
}) => void;
