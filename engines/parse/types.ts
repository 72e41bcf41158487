/** One value of a flat ECS record. Objects never occur: keys are dotted. */
export type EcsValue = string | number | boolean | readonly string[] | readonly number[];

/** A flat ECS record while it is being filled. */
export type Fields = Record<string, EcsValue>;

/** What a line cannot know about itself: the engine has no clock and no locale, the caller says. */
export interface ParseContext {
  /** Receipt time in epoch milliseconds; supplies the year a BSD timestamp lacks. */
  readonly receivedAt: number;
  /** Zone of stamps that carry none, as an offset like `+08:00` (the default). */
  readonly timezone?: string;
  /** Pins one parser by its dataset; when it does not fit, identification decides and an issue is noted. */
  readonly dataset?: string;
  /** Address of the peer the line came from. */
  readonly sender?: string;
}

/** One line or document after parsing. */
export interface Parsed {
  readonly dataset: string;
  /** Flat ECS, with `@timestamp` (ISO 8601 UTC, ms) when the line has a time of its own. */
  readonly fields: Fields;
  /** 0 = unknown format, 1 = certain. */
  readonly confidence: number;
  /** Text a parser could not place; never dropped. */
  readonly remainder?: string;
  /** What was odd, as stable codes such as `time.invalid`. */
  readonly issues?: readonly string[];
}

/** The syslog header taken off a line. */
export interface SyslogFrame {
  readonly priority: number | undefined;
  readonly facility: number | undefined;
  readonly severity: number | undefined;
  /** Epoch milliseconds. */
  readonly timestamp: number | undefined;
  /** Whether the stamp carried its own zone. */
  readonly zoned: boolean;
  readonly hostname: string | undefined;
  readonly appName: string | undefined;
  readonly procId: string | undefined;
  readonly msgId: string | undefined;
  /** RFC 5424 structured data: id → parameter → value. */
  readonly structuredData: ReadonlyMap<string, ReadonlyMap<string, string>> | undefined;
  readonly message: string;
}

/** What a parser is given: the line without trailing NUL/CR/LF, its payload and its syslog header. */
export interface LogLine {
  readonly raw: string;
  readonly message: string;
  readonly syslog: SyslogFrame | undefined;
  /** Program of the syslog tag, lower case, or ''. */
  readonly program: string;
}

/** A JSON document. */
export type JsonDocument = Readonly<Record<string, unknown>>;

/** One parser: see "Component specification" in README.md for what it must and should do. */
export interface ParserSpec {
  /** Default `event.dataset`; a parser may answer with a sibling (`apache.access`, `apache.error`). */
  readonly dataset: string;
  /** Every dataset the parser can answer with, when more than one. */
  readonly datasets?: readonly string[];
  readonly vendor: string;
  readonly product: string;
  /** Formats read, in words a person searches for. */
  readonly formats: readonly string[];
  /** The public document the format is taken from. */
  readonly reference: string;
  /** Path of the samples file inside the package. */
  readonly samples: string;
  /** Whether the sender is a server (`host.*`) or a device that watches others (`observer.*`). */
  readonly role: 'host' | 'observer';
  /** `service.type`, for server software. */
  readonly service?: string;
  /** Syslog programs (lower case) that lead straight to this parser. */
  readonly programs?: readonly string[];
  /** First characters of a payload this parser can start with; absent = any. */
  readonly starts?: string;
  /** First characters with which nearly all of its lines begin: there it is asked before the others. */
  readonly usual?: string;
  /** Characters of which each must occur among the first 256 of the payload; saves asking. `\u0080` stands for anything beyond ASCII. */
  readonly needs?: string;
  /** The parser reads RFC 5424 structured data itself, so it is not repeated under `log.syslog.structured_data`. */
  readonly ownsStructuredData?: boolean;
  /** How sure the parser is that the line is its own: 0 = no, 1 = certain. Cheap: looks at the beginning and at fixed marks. */
  identify(line: LogLine): number;
  /** Undefined = not mine after all; the next candidate is tried. */
  parse(line: LogLine, ctx: ParseContext): Parsed | undefined;
  /** The same for JSON documents. */
  identifyObject?(doc: JsonDocument): number;
  parseObject?(doc: JsonDocument, ctx: ParseContext): Parsed | undefined;
}

/** Lines and documents → flat ECS. */
export interface LineParser {
  parse(raw: string, ctx: ParseContext): Parsed;
  parseObject(doc: JsonDocument, ctx: ParseContext): Parsed;
}
