/** Holds the SQL and nothing but the SQL: the same statements on an embedded H2 file and on PostgreSQL. */
@org.jspecify.annotations.NullMarked
package org.claudecluster.worker.store;
