/** The pages of this part. */
export const wecomRoutes = [] as const
