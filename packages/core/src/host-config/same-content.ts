/** Whether two values that JSON can hold are the same, told at the first difference. Fields may be in any order. */
export const isSameContent = (one: unknown, other: unknown): boolean => {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one))
    return (
      Array.isArray(other) && one.length === other.length && one.every((item, at) => isSameContent(item, other[at]))
    )
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => isSameContent((one as Fields)[key], (other as Fields)[key]))
  )
}

type Fields = Readonly<Record<string, unknown>>
