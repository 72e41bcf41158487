import { ransomware } from './ransomware.ts';
import { spraying } from './spraying.ts';
import { webShell } from './web-shell.ts';
import { tongfang } from './tongfang.ts';
import { mining } from './mining.ts';
import { phishing } from './phishing.ts';
import type { Story } from './story.ts';

export type { Step, Story } from './story.ts';

/** In the order they are played at first. */
export const STORIES: readonly Story[] = [ransomware, spraying, webShell, tongfang, mining, phishing];
