import { formText } from '../request.ts'

// Postgres takes no NUL, and what turns a line of text around is nothing that anybody means to type here.
const UNSEEN = /[\p{Cc}\p{Cs}\p{Bidi_Control}\ufeff]+/gu

/** A field of one line; empty where it was not sent. */
export const lineField = formText.transform((typed) => typed.replace(UNSEEN, ' ').trim()).default('')
