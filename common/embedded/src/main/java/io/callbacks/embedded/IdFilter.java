package io.callbacks.embedded;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.DefaultQueryMatcher;
import de.bwaldvogel.mongo.bson.BsonRegularExpression;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.bson.ObjectId;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Makes a compare-and-set quick. A filter of {@code _id} and something more is answered by looking
 * at every document of the collection; here the document is looked up by its id, the rest of the
 * filter is judged, and what is left to do is an update by id alone, or of nothing.
 */
final class IdFilter {
    private final MongoDatabase database;
    private final DefaultQueryMatcher matcher = new DefaultQueryMatcher();

    IdFilter(MongoDatabase database) {
        this.database = database;
    }

    /** Narrows the filters of an update command, which must be alone in changing documents. */
    void narrow(Document command) {
        var collection = database.resolveCollection((String) command.get("update"), false);
        if (collection != null
                && command.get("updates") instanceof Collection<?> updates
                && updates.size() == 1 // a later one must see what an earlier one did
                && updates.iterator().next() instanceof Document update) {
            narrow(collection, update);
        }
    }

    private void narrow(MongoCollection<?> collection, Document update) {
        if (update.get("q") instanceof Document filter
                && isFlatWithId(filter)
                && !Boolean.TRUE.equals(update.get("upsert"))
                && !isPositional(update.get("u"))) {
            var found = byId(collection, filter.get("_id"));
            var matches = found != null && matcher.matches(found, filter);
            update.put("q", new Document("_id", matches ? filter.get("_id") : new ObjectId()));
        }
    }

    private static boolean isFlatWithId(Document filter) {
        var id = filter.get("_id");
        return filter.size() > 1
                && filter.containsKey("_id")
                && !(id instanceof Document)
                && !(id instanceof BsonRegularExpression)
                && filter.keySet().stream()
                        .noneMatch(name -> name.startsWith("$") || name.contains("."));
    }

    /** An update of "the element that matched" needs the whole filter. */
    private static boolean isPositional(@Nullable Object update) {
        return update instanceof Document document
                && document.entrySet().stream()
                        .anyMatch(
                                entry ->
                                        entry.getKey().contains(".$")
                                                || isPositional(entry.getValue()));
    }

    private static @Nullable Document byId(MongoCollection<?> collection, @Nullable Object id) {
        var found = collection.handleQuery(new Document("_id", id), 0, 1).iterator();
        return found.hasNext() ? found.next() : null;
    }
}
