/** The pages of this part. */
export const acquireRoutes = [] as const
