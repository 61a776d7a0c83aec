/** Manages the database below the store: connections, commits, the schema, and what errors mean. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.store.database;
