// The index.
#include "arrays.hpp"

namespace inknn {
namespace {

// One segment of an index, as search/blocks.py lays it out. Keeps its arrays alive.
struct Segment {
    Array<const float, 3> packed;
    Array<const float, 2> half_norms;
    Array<const float, 3> bounds;
    Array<const float, 2> centers;
    Array<const std::int64_t, 1> stages;
    Array<const std::int64_t, 1> ids;
    Rows rows;
    std::int64_t first_id;
    double scale;

    Segment(Array<const float, 3> packed_, Array<const float, 2> half_norms_, Array<const float, 3> bounds_,
            Array<const float, 2> centers_, Array<const std::int64_t, 1> stages_,
            Array<const std::int64_t, 1> ids_, Rows rows_, std::int64_t first_id_, double scale_)
        : packed(packed_), half_norms(half_norms_), bounds(bounds_), centers(centers_), stages(stages_),
          ids(ids_), rows(rows_), first_id(first_id_), scale(scale_) {
        const std::size_t blocks = packed.shape(0);
        require(packed.shape(2) == kBlock && half_norms.shape(0) == blocks && half_norms.shape(1) == kBlock &&
                    ids.shape(0) == blocks * kBlock,
                "blocks differ in size");
        require(bounds.shape(0) == blocks && bounds.shape(1) == 2 && centers.shape(0) == bounds.shape(2) &&
                    centers.shape(1) == (blocks + 63) / 64 * 64,
                "bounds do not fit the blocks");
        std::int64_t end = 0;
        for (std::size_t stage = 0; stage < stages.shape(0); end = stages(stage++))
            require(stages(stage) > end, "each stage needs a coordinate");
        require(end > 0 && end == std::int64_t(packed.shape(1)) && stages(0) == std::int64_t(bounds.shape(2)),
                "stages do not fit the coordinates");
        require(rows.shape(1) <= kMaxDims, "vectors are too long for the filter's bounds");
        for (std::size_t slot = 0; slot < ids.shape(0); ++slot)
            require(
                ids(slot) < 0 || (ids(slot) >= first_id && std::size_t(ids(slot) - first_id) < rows.shape(0)),
                "an index has no row");
    }
};

// Queries as search/queries.py prepares them.
struct Queries {
    Rows rows;
    Array<const float, 2> coordinates;
    Array<const float, 2> first_stage;
    Array<const double, 1> norms;

    Queries(Rows rows_, Array<const float, 2> coordinates_, Array<const float, 2> first_stage_,
            Array<const double, 1> norms_)
        : rows(rows_), coordinates(coordinates_), first_stage(first_stage_), norms(norms_) {
        const std::size_t count = rows.shape(0);
        require(coordinates.shape(0) == count && norms.shape(0) == count &&
                    first_stage.shape(1) == (count + 63) / 64 * 64,
                "coordinates do not fit the queries");
    }
};

template <typename Element>
IndexTask<Element> index_task(const Segment& segment, const Queries& queries,
                              const Array<const double, 1>& error_bounds, float* scratch) {
    IndexTask<Element> task{};
    task.packed = segment.packed.data();
    task.half_norms = segment.half_norms.data();
    task.bounds = segment.bounds.data();
    task.stages = segment.stages.data();
    task.n_stages = std::int64_t(segment.stages.shape(0));
    task.ids = segment.ids.data();
    task.rows = static_cast<const Element*>(segment.rows.data());
    task.first_id = segment.first_id;
    task.n_blocks = std::int64_t(segment.packed.shape(0));
    task.last_block = task.n_blocks;
    task.dims = std::int64_t(segment.rows.shape(1));
    task.coordinates = std::int64_t(segment.packed.shape(1));
    task.first_stage = std::int64_t(segment.bounds.shape(2));
    task.scale = segment.scale;
    task.queries = static_cast<const Element*>(queries.rows.data());
    task.query_coordinates = queries.coordinates.data();
    task.query_first_stage = queries.first_stage.data();
    task.query_norms = queries.norms.data();
    task.error_bounds = error_bounds.data();
    task.n_queries = std::int64_t(queries.rows.shape(0));
    task.query_stride = std::int64_t(queries.first_stage.shape(1));
    task.scratch = scratch;
    return task;
}

// Calls `work` with the kernels and the task for the type of both arrays.
template <typename Work>
void with_index(const Segment& segment, const Queries& queries, const Array<const double, 1>& error_bounds,
                Work work) {
    require(segment.rows.dtype() == queries.rows.dtype(), "queries and references differ in type");
    require(queries.rows.shape(1) == segment.rows.shape(1) &&
                queries.coordinates.shape(1) == segment.packed.shape(1) &&
                queries.first_stage.shape(0) == segment.bounds.shape(2),
            "queries and references differ in length");
    require(error_bounds.shape(0) == queries.rows.shape(0), "error_bounds do not fit the queries");
    const Kernels& kernels = kernels_in_use();
    const std::size_t floats = kernels.index_scratch_floats(std::int64_t(queries.rows.shape(0)),
                                                            std::int64_t(segment.packed.shape(0)));
    const Scratch scratch(floats);
    if (segment.rows.dtype() == nb::dtype<std::uint8_t>())
        work(kernels.index_bytes, index_task<std::uint8_t>(segment, queries, error_bounds, scratch.get()));
    else if (segment.rows.dtype() == nb::dtype<float>())
        work(kernels.index_floats, index_task<float>(segment, queries, error_bounds, scratch.get()));
    else if (segment.rows.dtype() == nb::dtype<double>())
        work(kernels.index_doubles, index_task<double>(segment, queries, error_bounds, scratch.get()));
    else
        throw std::invalid_argument("vectors must be uint8, float32 or float64");
}

template <typename Element>
void set_blocks(IndexTask<Element>& task, std::int64_t first_block, std::int64_t last_block) {
    require(0 <= first_block && first_block <= last_block && last_block <= task.n_blocks,
            "there are no such blocks");
    task.first_block = first_block;
    task.last_block = last_block;
}

template <typename Element>
void set_answer(IndexTask<Element>& task, const Array<double, 2>& squared,
                const Array<std::int64_t, 2>& indices) {
    require(std::int64_t(squared.shape(0)) == task.n_queries &&
                std::int64_t(indices.shape(0)) == task.n_queries && squared.shape(1) == indices.shape(1) &&
                squared.shape(1) >= 1,
            "the result does not fit the queries");
    task.k = std::int64_t(squared.shape(1));
    task.squared = squared.data();
    task.indices = indices.data();
}

void index_nearest(const Segment& segment, const Queries& queries, std::int64_t first_block,
                   std::int64_t last_block, Array<const double, 1> error_bounds, Array<const double, 1> caps,
                   Array<double, 2> squared, Array<std::int64_t, 2> indices) {
    require(caps.shape(0) == queries.rows.shape(0), "the result does not fit the queries");
    with_index(segment, queries, error_bounds, [&](const auto& kernels, auto task) {
        set_blocks(task, first_block, last_block);
        set_answer(task, squared, indices);
        task.caps = caps.data();
        nb::gil_scoped_release unlocked;
        kernels.nearest(task);
    });
}

void index_caps(const Segment& segment, const Queries& queries, Array<const double, 1> error_bounds,
                std::int64_t n_near, Array<double, 1> caps, Array<double, 2> squared,
                Array<std::int64_t, 2> indices) {
    require(caps.shape(0) == queries.rows.shape(0), "the result does not fit the queries");
    with_index(segment, queries, error_bounds, [&](const auto& kernels, auto task) {
        set_answer(task, squared, indices);
        task.caps = caps.data();
        nb::gil_scoped_release unlocked;
        kernels.caps(task, segment.centers.data(), n_near, caps.data());
    });
}

std::int64_t index_within(const Segment& segment, const Queries& queries, Array<const double, 1> error_bounds,
                          Array<const double, 1> caps, Array<double, 1> squared,
                          Array<std::int64_t, 1> indices, Array<std::int64_t, 1> owners) {
    require(caps.shape(0) == queries.rows.shape(0) && squared.shape(0) == indices.shape(0) &&
                squared.shape(0) == owners.shape(0),
            "the result does not fit the queries");
    std::int64_t found = 0;
    with_index(segment, queries, error_bounds, [&](const auto& kernels, auto task) {
        task.caps = caps.data();
        task.k = std::int64_t(squared.shape(0));
        task.squared = squared.data();
        task.indices = indices.data();
        task.owners = owners.data();
        nb::gil_scoped_release unlocked;
        found = kernels.within(task);
    });
    return found;
}

void sort_heaps(Array<double, 2> squared, Array<std::int64_t, 2> indices) {
    require(squared.shape(0) == indices.shape(0) && squared.shape(1) == indices.shape(1), "shapes differ");
    kernels_in_use().sort_heaps(squared.data(), indices.data(), std::int64_t(squared.shape(0)),
                                std::int64_t(squared.shape(1)));
}

}  // namespace

void bind_index(nb::module_& module) {
    using namespace nb::literals;
    using Floats2 = Array<const float, 2>;
    using Floats3 = Array<const float, 3>;
    nb::class_<Segment>(module, "Segment")
        .def(nb::init<Floats3, Floats2, Floats3, Floats2, Array<const std::int64_t, 1>,
                      Array<const std::int64_t, 1>, Rows, std::int64_t, double>(),
             "packed"_a.noconvert(), "half_norms"_a.noconvert(), "bounds"_a.noconvert(),
             "centers"_a.noconvert(), "stages"_a.noconvert(), "ids"_a.noconvert(), "rows"_a.noconvert(),
             "first_id"_a, "scale"_a);
    nb::class_<Queries>(module, "Queries")
        .def(nb::init<Rows, Floats2, Floats2, Array<const double, 1>>(), "rows"_a.noconvert(),
             "coordinates"_a.noconvert(), "first_stage"_a.noconvert(), "norms"_a.noconvert());
    module.def("index_nearest", &index_nearest, "segment"_a, "queries"_a, "first_block"_a, "last_block"_a,
               "error_bounds"_a.noconvert(), "caps"_a.noconvert(), "squared"_a.noconvert(),
               "indices"_a.noconvert());
    module.def("index_caps", &index_caps, "segment"_a, "queries"_a, "error_bounds"_a.noconvert(), "n_near"_a,
               "caps"_a.noconvert(), "squared"_a.noconvert(), "indices"_a.noconvert());
    module.def("index_within", &index_within, "segment"_a, "queries"_a, "error_bounds"_a.noconvert(),
               "caps"_a.noconvert(), "squared"_a.noconvert(), "indices"_a.noconvert(),
               "owners"_a.noconvert());
    module.def("sort_heaps", &sort_heaps, "squared"_a.noconvert(), "indices"_a.noconvert());
}

}  // namespace inknn
