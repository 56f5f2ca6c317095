/** The whole platform in one JVM: the four services, a broker and a store. */
@NullMarked
package io.callbacks.standalone;

import org.jspecify.annotations.NullMarked;
