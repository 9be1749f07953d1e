#include "page/html.hpp"

#include <fmt/format.h>

#include <cstdint>

#include "core/text/text.hpp"

namespace cytoscale::page {
namespace {

constexpr const char* style = R"css(
:root{--ink:#1d1f21;--soft:#5b6168;--rule:#d9dde1}
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;color:var(--ink);margin:0 auto;
max-width:1120px;padding:20px 24px 60px;background:#fff}
h1{font-size:26px;margin:0 0 2px}h2{font-size:20px;margin:38px 0 8px;border-bottom:1px solid var(--rule);padding-bottom:4px}
h3{font-size:15px;margin:20px 0 4px}
nav{font-size:13px;margin:10px 0 0;display:flex;flex-wrap:wrap;gap:0 14px}nav a{color:#0b5cad;text-decoration:none;white-space:nowrap}
p{margin:6px 0;max-width:78ch}.note,.absent,figcaption{color:var(--soft);font-size:13px}
.absent{border-left:3px solid #e69f00;padding-left:8px}
figure{margin:10px 0;break-inside:avoid}figcaption{max-width:88ch}svg,img{max-width:100%}svg{height:auto}
table{border-collapse:collapse;font-size:13px;margin:8px 0}th,td{text-align:left;padding:3px 12px 3px 0;vertical-align:top;
border-bottom:1px solid var(--rule)}th{font-weight:600;color:var(--soft)}td{overflow-wrap:anywhere}
tr{break-inside:avoid}
.tiles{display:flex;flex-wrap:wrap;gap:10px;margin:16px 0 4px}.tile{border:1px solid var(--rule);border-radius:6px;
padding:8px 14px;min-width:96px}.tile b{display:block;font-size:20px;font-weight:600}.tile span{color:var(--soft);font-size:12px}
.row{display:flex;flex-wrap:wrap;gap:18px;align-items:flex-start}.row figure{margin:6px 0}
data,.whole{white-space:nowrap}
.neighbors td{overflow-wrap:break-word}.neighbors table{width:100%}
.pair{display:flex;flex-wrap:wrap;gap:4px 12px}.pair>div{flex:1 1 120px;max-width:220px}
.legend{list-style:none;margin:4px 0;padding:0;display:flex;flex-wrap:wrap;gap:2px 14px;font-size:12px}
.legend svg{margin-right:4px;vertical-align:-1px}
details{margin:8px 0}summary{cursor:pointer;color:#0b5cad;font-size:13px}
.views>input{position:absolute;opacity:0}.views>label{display:inline-block;font-size:13px;padding:2px 10px;margin:4px 4px 4px 0;
border:1px solid var(--rule);border-radius:12px;cursor:pointer}.views>input:checked+label{background:#1d1f21;color:#fff}
.views>input:focus-visible+label{outline:2px solid #0072b2}.view{display:none}
.crops{display:inline-block;background-repeat:no-repeat;background-size:100% 100%;border-radius:2px}
.pixels{image-rendering:pixelated}
.told{font-size:13px;min-height:1.5em}
@media print{@page{margin:12mm}body{max-width:none;padding:0;font-size:11px}h1{font-size:20px}h2{font-size:15px;margin-top:24px}
h3{font-size:12px}table,.note,.absent,figcaption,.legend{font-size:10px}nav,.views>input,.views>label,.told,details{display:none}
.view{display:block}.views .view::before{content:attr(data-name);font-weight:600}h2,h3,h3+.note{break-after:avoid}.view{break-inside:avoid}
.row{gap:10px}.row figure{max-width:48%}.small figure{max-width:31%}.crops{zoom:.62}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}a{color:inherit}}
)css";

// Names the pair of a similarity map that is pointed at, and its value, from the colors themselves.
constexpr const char* script = R"js(
document.querySelectorAll('figure[data-names]').forEach(function(f){
 var names=JSON.parse(f.dataset.names),colors={},told=f.querySelector('.told'),img=f.querySelector('image');
 f.dataset.palette.split(',').forEach(function(c,i){if(!(c in colors))colors[c]=i;});
 var picture=new Image(),pen=null;
 picture.onload=function(){var c=document.createElement('canvas');c.width=picture.width;c.height=picture.height;
  pen=c.getContext('2d',{willReadFrequently:true});pen.drawImage(picture,0,0);};
 picture.src=img.getAttribute('href');
 img.addEventListener('mousemove',function(e){
  var b=img.getBoundingClientRect(),n=names.length,clip=function(v){return Math.max(0,Math.min(n-1,Math.floor(v)));};
  var x=clip((e.clientX-b.left)/b.width*n),y=clip((e.clientY-b.top)/b.height*n),text=names[y]+' and '+names[x];
  if(pen){var p=pen.getImageData(x,y,1,1).data,h=[p[0],p[1],p[2]].map(function(v){return ('0'+v.toString(16)).slice(-2);}).join('');
   if(h in colors)text+=': '+(colors[h]/127.5-1).toFixed(2);}
  told.textContent=text;});
});
)js";

}  // namespace

std::string data_uri(std::string_view type, std::string_view bytes) {
  static constexpr const char* letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  auto uri = fmt::format("data:{};base64,", type);
  uri.reserve(uri.size() + bytes.size() * 4 / 3 + 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t three = 0;
    for (std::size_t k = 0; k < 3; ++k)
      three = three << 8 | (i + k < bytes.size() ? static_cast<std::uint8_t>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k)
      uri += i + k <= bytes.size() ? letters[three >> (18 - 6 * k) & 63] : '=';
  }
  return uri;
}

std::string figure_of(std::string_view pointer, double value, std::string_view text) {
  return fmt::format("<data data-path=\"{}\" value=\"{}\">{}</data>", escaped(pointer), number_text(value),
                     escaped(text));
}

std::string paragraph(std::string_view text) {
  return "<p>" + escaped(text) + "</p>\n";
}

std::string note(std::string_view text) {
  return "<p class=\"note\">" + escaped(text) + "</p>\n";
}

std::string heading(std::string_view text) {
  return "<h3>" + escaped(text) + "</h3>\n";
}

std::string figure(std::string_view picture, std::string_view caption) {
  return fmt::format("<figure>{}<figcaption>{}</figcaption></figure>\n", picture, escaped(caption));
}

std::string table(const std::vector<std::string>& heading,
                  const std::vector<std::vector<std::string>>& rows) {
  std::string html = "<table><thead><tr>";
  for (const auto& cell : heading) html += "<th>" + cell + "</th>";
  html += "</tr></thead><tbody>\n";
  for (const auto& row : rows) {
    html += "<tr>";
    for (const auto& cell : row) html += "<td>" + cell + "</td>";
    html += "</tr>\n";
  }
  return html + "</tbody></table>\n";
}

std::string folded(std::string_view summary, std::string_view content) {
  return fmt::format("<details><summary>{}</summary>{}</details>\n", escaped(summary), content);
}

std::string views(std::string_view group, const std::vector<View>& views) {
  std::string buttons, contents, rules;
  for (std::size_t i = 0; i < views.size(); ++i) {
    const auto id = fmt::format("{}-{}", group, i);
    buttons += fmt::format("<input type=\"radio\" name=\"{}\" id=\"{}\"{}><label for=\"{}\">{}</label>",
                           group, id, i == 0 ? " checked" : "", id, escaped(views[i].name));
    contents += fmt::format("<div class=\"view\" id=\"{}-view\" data-name=\"{}\">{}</div>\n", id,
                            escaped(views[i].name), views[i].content);
    rules += fmt::format("#{0}:checked~#{0}-view{{display:block}}", id);
  }
  return fmt::format("<style>{}</style><div class=\"views\">{}{}</div>\n", rules, buttons, contents);
}

std::string whole_page(std::string_view title, std::string_view opening,
                       const std::vector<PageSection>& sections, std::string_view closing) {
  auto html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<h1>{0}</h1>\n{2}<nav>",
      escaped(title), style, opening);
  for (const auto& section : sections)
    html += fmt::format("<a href=\"#{}\">{}</a>", section.id, escaped(section.title));
  html += "</nav>\n";
  for (const auto& section : sections)
    html += fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n{}</section>\n", section.id,
                        escaped(section.title), section.content);
  return html + std::string(closing) + "<script>" + script + "</script>\n</body>\n</html>\n";
}

}  // namespace cytoscale::page
