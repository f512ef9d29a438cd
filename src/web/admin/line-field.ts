import { formText } from '../request.ts'

// Postgres accepts no NUL, and no one types control characters or changes of text direction on purpose.
const UNSEEN = /[\p{Cc}\p{Cs}\p{Bidi_Control}\ufeff]+/gu

/** A field of one line; empty if it was not sent. */
export const lineField = formText.transform((typed) => typed.replace(UNSEEN, ' ').trim()).default('')
