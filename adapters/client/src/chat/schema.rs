//! JSON schemas of the caller's types, in the dialect that strict answers ask for.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::options::{ResponseFormat, Tool};

/// The longest name that servers take.
const NAME_LIMIT: usize = 64;

impl ResponseFormat {
    /// JSON of the form of `T`, strictly: its schema, under its name and with its description. See
    /// [`ChatCompletion::parse`](crate::ChatCompletion::parse) for the way back.
    ///
    /// A strict schema requires every member; one that may be absent is an `Option`, which the model sets to `null`.
    /// Maps with free keys have no strict schema.
    ///
    /// ```
    /// use choreoai::{ChatRequest, ResponseFormat};
    ///
    /// /// A city of the world.
    /// #[derive(schemars::JsonSchema, serde::Deserialize)]
    /// struct City {
    ///     name: String,
    ///     inhabitants: Option<u64>,
    /// }
    ///
    /// let request = ChatRequest::new("gpt-4").user("The largest city?").response_format(ResponseFormat::of::<City>());
    /// # let _ = request;
    /// ```
    pub fn of<T: JsonSchema>() -> Self {
        let Strict { name, description, schema } = Strict::of::<T>();
        Self::JsonSchema { name, description, schema, strict: Some(true) }
    }
}

impl Tool {
    /// A function that takes a `T`, strictly; its name and description are those of the type. See
    /// [`ToolCallExt::parse_arguments`](crate::ToolCallExt::parse_arguments) for the way back, and
    /// [`ResponseFormat::of`] for what a strict schema is.
    pub fn of<T: JsonSchema>() -> Self {
        let Strict { name, description, schema } = Strict::of::<T>();
        let tool = Self::function(name).parameters(schema).strict(true);
        match description {
            Some(description) => tool.description(description),
            None => tool,
        }
    }
}

struct Strict {
    name: String,
    description: Option<String>,
    schema: String,
}

impl Strict {
    fn of<T: JsonSchema>() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| settings.meta_schema = None);
        let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
        tighten(&mut schema);
        let description = schema.get("description").and_then(Value::as_str).map(str::to_owned);
        Self { name: name(&T::schema_name()), description, schema: schema.to_string() }
    }
}

/// As servers take it: `^[a-zA-Z0-9_-]{1,64}$`.
fn name(type_name: &str) -> String {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    type_name.chars().map(|c| if is_allowed(c) { c } else { '_' }).take(NAME_LIMIT).collect()
}

/// Makes a schema strict, all the way down: as deep as types nest.
fn tighten(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            tighten_object(members);
            for (name, value) in members {
                match (name.as_str(), value) {
                    // The names in there are the caller's.
                    ("properties" | "$defs", Value::Object(schemas)) => {
                        schemas.values_mut().for_each(tighten)
                    }
                    // No schemas.
                    ("enum" | "const" | "examples" | "default", _) => {}
                    (_, value) => tighten(value),
                }
            }
        }
        Value::Array(schemas) => schemas.iter_mut().for_each(tighten),
        _ => {}
    }
}

fn tighten_object(members: &mut Map<String, Value>) {
    // A reference stands alone.
    if members.contains_key("$ref") {
        members.retain(|name, _| name == "$ref" || name == "$defs");
        return;
    }
    // `uint64` and the like, which servers do not know.
    if members.contains_key("format") && is_numeric(members.get("type")) {
        members.remove("format");
    }
    if let Some(variants @ Value::Array(_)) = members.remove("oneOf") {
        members.insert("anyOf".to_owned(), variants);
    }
    if let Some(Value::Object(properties)) = members.get("properties")
        && members.get("type").is_some_and(|kind| kind == "object")
    {
        let required = properties.keys().cloned().map(Value::String).collect();
        members.insert("required".to_owned(), Value::Array(required));
        members.insert("additionalProperties".to_owned(), Value::Bool(false));
        if let Some(Value::Object(properties)) = members.get_mut("properties") {
            for property in properties.values_mut().filter_map(Value::as_object_mut) {
                property.remove("default");
            }
        }
    }
}

fn is_numeric(kind: Option<&Value>) -> bool {
    let is = |kind: &Value| kind == "integer" || kind == "number";
    kind.is_some_and(|kind| is(kind) || kind.as_array().is_some_and(|kinds| kinds.iter().any(is)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Where to look.
    #[derive(JsonSchema)]
    #[allow(dead_code)]
    struct Place {
        /// Its name.
        name: String,
        inhabitants: Option<u64>,
        #[serde(default)]
        format: f64,
        /// Which one.
        kind: Kind,
        near: Vec<Self>,
    }

    #[derive(JsonSchema)]
    #[allow(dead_code)]
    enum Kind {
        City {
            #[serde(rename = "oneOf")]
            one_of: bool,
        },
        Village,
    }

    #[test]
    fn strict_schemas() {
        let Strict { name, description, schema } = Strict::of::<Place>();
        assert_eq!((&*name, description.as_deref()), ("Place", Some("Where to look.")));
        let schema: Value = serde_json::from_str(&schema).unwrap();
        assert_eq!(schema["type"], "object");
        assert_eq!(schema["additionalProperties"], false);
        let mut required = schema["required"].as_array().unwrap().clone();
        required.sort_by_key(|name| name.to_string());
        assert_eq!(required, ["format", "inhabitants", "kind", "name", "near"]);
        let properties = &schema["properties"];
        assert_eq!(properties["name"], json!({"type": "string", "description": "Its name."}));
        assert_eq!(properties["inhabitants"], json!({"type": ["integer", "null"], "minimum": 0}));
        assert_eq!(properties["format"], json!({"type": "number"}));
        assert_eq!(properties["kind"], json!({"$ref": "#/$defs/Kind"}));
        assert_eq!(properties["near"], json!({"type": "array", "items": {"$ref": "#"}}));
        let kinds = schema["$defs"]["Kind"]["anyOf"].as_array().unwrap();
        let city = kinds.iter().find(|kind| kind["properties"]["City"].is_object()).unwrap();
        assert_eq!(city["additionalProperties"], false);
        let inner = &city["properties"]["City"];
        assert_eq!((&inner["required"], &inner["additionalProperties"]), (&json!(["oneOf"]), &json!(false)));
        assert_eq!(inner["properties"]["oneOf"], json!({"type": "boolean"}));
        assert!(schema.get("$schema").is_none());
    }

    #[test]
    fn names_are_those_that_servers_take() {
        assert_eq!(name("Map<String, ü>"), "Map_String____");
        assert_eq!(name(&"x".repeat(100)).len(), 64);
    }

    #[test]
    fn both_uses() {
        let Strict { schema, .. } = Strict::of::<Place>();
        assert_eq!(
            Tool::of::<Place>(),
            Tool::function("Place").description("Where to look.").parameters(&*schema).strict(true)
        );
        let ResponseFormat::JsonSchema { name, strict, .. } = ResponseFormat::of::<Place>() else { panic!() };
        assert_eq!((&*name, strict), ("Place", Some(true)));
    }
}
