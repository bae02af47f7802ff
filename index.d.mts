// The same types for both kinds of importers, as both get the same classes.
export * from './index.js'
