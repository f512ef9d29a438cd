import { z } from 'zod'

/** A text or number; "" if the field has neither. */
export const text = z
  .union([z.string(), z.number()])
  .transform((value) => String(value).trim())
  .catch('')

/** An object whose fields all have a default; without an object, those defaults. */
export function object<Shape extends z.ZodRawShape>(shape: Shape) {
  const schema = z.object(shape)
  return schema.catch(() => schema.parse({}))
}

/** The objects in a list; [] if the field has no list. */
export const list = <Item extends z.ZodType>(item: Item) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((all) => all.filter(isObject).map((one) => item.parse(one)))

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
