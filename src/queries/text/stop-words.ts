import { acronymOf } from './tokens.ts'

// Words in nearly every abstract. Not "few", "out" or "self": few shot, out of distribution, self attention.
const STOP_WORDS = new Set(
  `a an the this that these those it its i me my we us our ours you your yours he him his she her hers they them their
  theirs who whom whose which what and or not nor but if then than so as at by for from in into of on onto to upon with
  within without about is am are was were be been being do does did doing have has had having can could may might must
  shall should will would there here when where why how while because also such too very just`.split(/\s+/),
)

/** Whether a word of prose, without accents, means nothing by itself. Never an acronym: IT, US, WHO. */
export const isStopWord = (folded: string): boolean =>
  acronymOf(folded) === null && STOP_WORDS.has(folded.toLowerCase())
