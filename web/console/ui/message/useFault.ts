import { useState } from 'react'

/** What is wrong with a value, until the value is another. */
export function useFault(fault: string | undefined, value: string | undefined): string | undefined {
  const [told, tell] = useState({ fault, value })
  if (told.fault !== fault) tell({ fault, value })
  return value === (told.fault === fault ? told.value : value) ? fault : undefined
}
